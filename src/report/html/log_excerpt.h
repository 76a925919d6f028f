// What the page shows of the benchmark's log: beginning and end, line by line, each with its time if it is known.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace gpubench::report {

struct LogLine {
  std::uintmax_t number = 0;      // in the file, from 1
  std::optional<double> seconds;  // since the run's start
  std::string text;               // without escape sequences and what a carriage return has overwritten
};

struct LogExcerpt {
  std::vector<LogLine> lines;
  std::uintmax_t left_out_bytes = 0;  // between two lines
  std::size_t left_out_after = 0;     // after this many lines
};

// `times` is CSV "line,time_utc,...": from that line on the log came at that time. The files may be of any size.
LogExcerpt read_log_excerpt(const std::filesystem::path& log, const std::filesystem::path& times, base::WallTime start);

// "2026-11-22T12:00:00.123Z", the fraction optional; empty if it is not such a time.
std::optional<base::WallTime> parse_log_time(std::string_view text);

// A line as a terminal would leave it.
std::string plain_log_line(std::string_view line);

}  // namespace gpubench::report
