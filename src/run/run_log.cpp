#include "run/run_log.h"

#include <fcntl.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <system_error>

namespace gpubench::run {
namespace {

// A line is a write. The library's own file sink opens by name and would follow a link that others put in its place.
class NewFileSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit NewFileSink(int fd) : fd_(fd) {}
  ~NewFileSink() override { close(fd_); }
  NewFileSink(const NewFileSink&) = delete;
  NewFileSink& operator=(const NewFileSink&) = delete;

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    [[maybe_unused]] const ssize_t written = ::write(fd_, line.data(), line.size());
  }
  void flush_() override {}

 private:
  int fd_;
};

}  // namespace

base::Result<std::shared_ptr<spdlog::logger>> make_run_log(const std::filesystem::path& path, const std::string& level,
                                                           bool verbose) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) return base::failure("cannot write " + path.string() + ": " + std::generic_category().message(errno));
  auto log = std::make_shared<spdlog::logger>("run", std::make_shared<NewFileSink>(fd));
  if (verbose) log->sinks().push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  log->set_level(spdlog::level::from_str(level));
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  return log;
}

}  // namespace gpubench::run
