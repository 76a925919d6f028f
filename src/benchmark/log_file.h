// The benchmark's log on disk: whole lines, when they came, and no more than the cap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "workload/workload.h"

namespace gpubench::benchmark {

struct LogFileOptions {
  std::filesystem::path path;
  std::filesystem::path times_path;  // CSV "line,time_utc,stream"; empty: none
  std::uint64_t cap_bytes = std::uint64_t{1} << 30;
  std::function<void(std::string_view)> on_line;  // each line that has ended, also those after the cap; may be empty
  std::uint64_t room_to_leave = std::uint64_t{256} << 20;  // on the disk, for the readings and the reports
};

// "\r" starts a line again, as on a terminal: a progress bar is one line, its last state. Lines of stdout and stderr are put
// together whole. After the cap all lines are counted and only the last ones are kept. Used by one thread.
class LogFile {
 public:
  static base::Result<LogFile> create(LogFileOptions options);
  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&&) = delete;
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile();

  void write(workload::LogStream stream, std::string_view bytes, base::WallTime time);
  // A line of the tool's own.
  void remark(const std::string& text, base::WallTime time);
  // Brings the file up to date, with the current lines.
  void flush();
  // Writes what is left: lines without an end have the time at which the last of them came. The error of the first write
  // that failed.
  base::Result<void> finish(base::WallTime time);
  // Valid after finish(): what is not in the file, in words; empty: nothing.
  [[nodiscard]] const std::string& cut() const { return cut_text_; }

 private:
  struct Line {
    std::string text;  // with its newline, if it had one
    workload::LogStream stream;
    base::WallTime time;
  };
  struct Current {  // the current line of one stream
    std::string text;
    bool starts_anew = false;  // a "\r" came: the next character starts the line again
    bool spilled = false;      // its beginning is in the file already
    base::WallTime time;       // when the last of it came
  };
  LogFile(LogFileOptions options, int file, int times);
  static void add_text(Current& current, std::string_view text);
  void end_line(workload::LogStream stream, base::WallTime time, bool with_newline);
  void keep(const Line& line);
  void leave_out(Line line);
  void write_kept_tail(base::WallTime time);
  void write_at(int file, std::string_view bytes, std::uint64_t offset);
  [[nodiscard]] bool disk_is_nearly_full();
  std::uint64_t room();
  [[nodiscard]] std::uint64_t tail_limit();

  LogFileOptions options_;
  int file_ = -1;
  int times_ = -1;
  std::array<Current, 2> current_;
  std::string ready_;            // of the log, still to be written
  std::string ready_times_;      // of the times, still to be written
  std::uint64_t committed_ = 0;  // bytes of finished lines in the file
  std::uint64_t length_ = 0;     // of the file, with the current lines
  std::uint64_t times_length_ = 0;
  std::optional<std::uint64_t> room_;  // bytes free on the disk at the last flush
  std::uint64_t lines_ = 0;            // in the file
  std::optional<Line> last_told_;      // time and stream of the last row of times (without text)
  bool is_cut_ = false;
  std::string cut_reason_;
  std::uint64_t cut_lines_ = 0;
  std::uint64_t cut_bytes_ = 0;
  std::deque<Line> tail_;  // the last of what was cut
  std::uint64_t tail_bytes_ = 0;
  std::string cut_text_;
  std::optional<base::Error> error_;
};

}  // namespace gpubench::benchmark
