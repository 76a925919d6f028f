#include "app/benchmark_log.h"

#include <memory>
#include <utility>

namespace gpubench::app {

BenchmarkLog::BenchmarkLog(std::filesystem::path path, std::function<void(std::string)> watch)
    : path_(std::move(path)), file_(path_, std::ios::binary), watch_(std::move(watch)) {}

base::Result<std::unique_ptr<BenchmarkLog>> BenchmarkLog::create(const std::filesystem::path& path,
                                                                 std::function<void(std::string)> watch) {
  std::unique_ptr<BenchmarkLog> log(new BenchmarkLog(path, std::move(watch)));
  if (!log->file_) return base::failure("cannot write " + path.string(), "choose another folder with --results_dir");
  return log;
}

void BenchmarkLog::write(workload::LogStream /*stream*/, std::string_view bytes) {
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file_.flush();  // a reader that follows the file sees it at once, and a crash loses nothing
  if (watch_) watch_(std::string(bytes));
}

base::Result<void> BenchmarkLog::close() {
  file_.close();
  if (file_.fail()) return base::failure("the benchmark's log could not be written completely to " + path_.string());
  return {};
}

}  // namespace gpubench::app
