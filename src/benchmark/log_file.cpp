#include "benchmark/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

namespace gpubench::benchmark {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} << 10;  // a longer one is written as it comes
constexpr std::uint64_t kMostTail = std::uint64_t{64} << 10;
constexpr std::uint64_t kShareOfRoom = 16;  // that the last lines may take of a disk that is nearly full

// A new one: others may write to the folder, so no link of theirs is followed and no content is overwritten.
int open_file(const std::filesystem::path& path) {
  if (path.empty()) return -1;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
  struct stat status{};
  if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return file;
  ::close(file);
  errno = EEXIST;
  return -1;
}

std::size_t index_of(workload::LogStream stream) {
  return stream == workload::LogStream::err ? 1 : 0;
}

}  // namespace

base::Result<LogFile> LogFile::create(LogFileOptions options) {
  const auto refuse = [](const std::filesystem::path& path) {
    return base::failure("cannot write " + path.string() + ": " + std::generic_category().message(errno),
                         "choose another folder with --results-dir");
  };
  const int file = open_file(options.path);
  if (file < 0) return refuse(options.path);
  const int times = open_file(options.times_path);
  if (times < 0 && !options.times_path.empty()) {
    const auto refused = refuse(options.times_path);
    ::close(file);
    return refused;
  }
  return LogFile(std::move(options), file, times);
}

LogFile::LogFile(LogFileOptions options, int file, int times)
    : options_(std::move(options)), file_(file), times_(times), ready_times_("line,time_utc,stream\n") {}

LogFile::LogFile(LogFile&& other) noexcept
    : options_(std::move(other.options_)),
      file_(std::exchange(other.file_, -1)),
      times_(std::exchange(other.times_, -1)),
      ready_times_(std::move(other.ready_times_)) {}  // moved only before its first use

LogFile::~LogFile() {
  if (file_ >= 0) ::close(file_);
  if (times_ >= 0) ::close(times_);
}

std::uint64_t LogFile::tail_limit() {
  return std::min({kMostTail, options_.cap_bytes / 4, room() / kShareOfRoom});
}

void LogFile::write(workload::LogStream stream, std::string_view bytes, base::WallTime time) {
  Current& current = current_[index_of(stream)];
  while (!bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    current.time = time;
    add_text(current, bytes.substr(0, newline));
    if (newline == std::string_view::npos) break;
    bytes.remove_prefix(newline + 1);
    end_line(stream, time, true);
  }
  if (current.text.size() > kLongestLine) end_line(stream, time, false);
}

void LogFile::add_text(Current& current, std::string_view text) {
  while (!text.empty()) {
    const std::size_t back = std::min(text.find('\r'), text.size());
    if (back > 0 && current.starts_anew) {
      current.text.clear();
      current.starts_anew = false;
    }
    current.text.append(text.substr(0, back));
    if (back < text.size()) current.starts_anew = true;
    text.remove_prefix(std::min(back + 1, text.size()));
  }
}

void LogFile::end_line(workload::LogStream stream, base::WallTime time, bool with_newline) {
  Current& current = current_[index_of(stream)];
  if (options_.on_line) options_.on_line(current.text);
  Line line{std::move(current.text), stream, time};
  const bool begins = !current.spilled;
  current = {};
  current.spilled = !with_newline;
  if (with_newline) line.text += '\n';
  const bool fits = committed_ + ready_.size() + line.text.size() + tail_limit() <= options_.cap_bytes;
  if (!is_cut_ && (!fits || disk_is_nearly_full())) {
    is_cut_ = true;
    cut_reason_ = fits ? "the disk is nearly full" : "the log reached its maximum size (--log-cap)";
  }
  if (is_cut_) {
    leave_out(std::move(line));
    return;
  }
  if (begins) ++lines_;
  keep(line);
}

void LogFile::keep(const Line& line) {
  ready_ += line.text;
  if (times_ < 0) return;
  const auto told_time = std::chrono::floor<std::chrono::milliseconds>(line.time);
  if (last_told_ && last_told_->stream == line.stream && last_told_->time == told_time) return;
  last_told_ = Line{"", line.stream, told_time};
  ready_times_ += std::to_string(lines_) + "," + base::utc_text_milliseconds(line.time) +
                  (line.stream == workload::LogStream::err ? ",stderr\n" : ",stdout\n");
}

void LogFile::leave_out(Line line) {
  cut_lines_ += line.text.empty() || line.text.back() != '\n' ? 0 : 1;
  cut_bytes_ += line.text.size();
  tail_bytes_ += line.text.size();
  tail_.push_back(std::move(line));
  while (tail_bytes_ > tail_limit() && !tail_.empty()) {
    tail_bytes_ -= tail_.front().text.size();
    tail_.pop_front();
  }
}

void LogFile::remark(const std::string& text, base::WallTime time) {
  ++lines_;
  keep({"[iris-gpubench: " + text + "]\n", workload::LogStream::err, time});
}

void LogFile::flush() {
  room_.reset();
  write_at(file_, ready_, committed_);
  committed_ += ready_.size();
  ready_.clear();
  std::string under_way;
  if (!is_cut_ && !disk_is_nearly_full()) {
    for (const Current& current : current_)
      under_way += (under_way.empty() || current.text.empty() ? "" : "\n") + current.text;
  }
  write_at(file_, under_way, committed_);
  const std::uint64_t end = committed_ + under_way.size();
  if (end < length_ && ::ftruncate(file_, static_cast<off_t>(end)) != 0 && !error_)
    error_ = base::Error{options_.path.string() + ": " + std::generic_category().message(errno), ""};
  length_ = end;
  if (times_ < 0) return;
  write_at(times_, ready_times_, times_length_);
  times_length_ += ready_times_.size();
  ready_times_.clear();
}

base::Result<void> LogFile::finish(base::WallTime time) {
  for (const auto stream : {workload::LogStream::out, workload::LogStream::err}) {
    const bool is_followed = stream == workload::LogStream::out && !current_[1].text.empty();
    const Current& current = current_[index_of(stream)];
    if (!current.text.empty()) end_line(stream, current.time, is_followed);
  }
  if (is_cut_) write_kept_tail(time);
  flush();
  if (error_) return base::failure(*error_);
  return {};
}

void LogFile::write_kept_tail(base::WallTime time) {
  std::uint64_t lines = cut_lines_;
  for (const Line& line : tail_) lines -= line.text.empty() || line.text.back() != '\n' ? 0 : 1;
  const std::uint64_t bytes = cut_bytes_ - tail_bytes_;
  if (bytes > 0) {
    cut_text_ = std::to_string(lines) + " lines (" + std::to_string(bytes) + " bytes) left out: " + cut_reason_;
    const bool mid_line = !ready_.empty() && ready_.back() != '\n';
    if (mid_line) ready_ += '\n';
    remark(cut_text_ + "; the last lines follow", time);
  }
  for (const Line& line : tail_) {
    ++lines_;
    keep(line);
  }
}

// Asked once for each flush: what was taken in since is counted as if it were written.
bool LogFile::disk_is_nearly_full() {
  return room() < options_.room_to_leave + ready_.size();
}

std::uint64_t LogFile::room() {
  if (room_) return *room_;
  struct statvfs disk{};
  const bool known = ::fstatvfs(file_, &disk) == 0;
  room_ = known ? static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize : std::numeric_limits<std::uint64_t>::max() / 2;
  return *room_;
}

void LogFile::write_at(int file, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty() && !error_) {
    const ssize_t count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      error_ = base::Error{options_.path.string() + ": " + std::generic_category().message(errno), ""};
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

}  // namespace gpubench::benchmark
