// What the page shows of the benchmark's log: beginning and end, line by line, with the time of each as far as it is known.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace gpubench::report {

struct LogLine {
  std::optional<double> seconds;  // since the run's start
  std::string text;               // without escape sequences and what a carriage return has overwritten
};

struct LogExcerpt {
  std::vector<LogLine> lines;
  std::uintmax_t left_out_bytes = 0;  // between two lines
  std::size_t left_out_after = 0;     // after this many lines
};

// `times` has lines "seconds since 1970,offset": from that byte on the log came at that time or later.
LogExcerpt read_log_excerpt(const std::filesystem::path& log, const std::filesystem::path& times, base::WallTime start);

// A line as a terminal would leave it.
std::string plain_log_line(std::string_view line);

}  // namespace gpubench::report
