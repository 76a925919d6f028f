// Phases that a benchmark's log shows: known formats, and regular expressions of the user's. They become lines of marks.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "benchmark/score.h"

namespace gpubench::benchmark {

enum class LogFormat : std::uint8_t { automatic, sciml, mlperf, keras, lightning, none };

struct LogPhaseOptions {
  LogFormat format = LogFormat::automatic;  // that: all of those that cannot be mistaken
  // Of a line at which a phase begins, then of one at which it ends; alone: each match ends the phase before it. The name is
  // the first group, or the whole match.
  std::vector<std::string> regexes;
};

// Finds the phases of one format in the lines of a log.
class LogReader {
 public:
  // What a line says: when, and the name; a phase ends by its name.
  struct Marks {
    std::function<void(base::SteadyTime, const std::string&)> begin;
    std::function<void(base::SteadyTime, const std::string&)> end;
  };
  virtual ~LogReader() = default;
  virtual void line(std::string_view text, base::SteadyTime time, const Marks& marks) = 0;
  virtual void finish(base::SteadyTime /*time*/, const Marks& /*marks*/) {}
};
std::unique_ptr<LogReader> make_log_reader(LogFormat format, base::ClockAnchor anchor);

// All that are looked for in one log. "\r" begins a line again, and ends one here: a progress bar has many.
class LogPhases {
 public:
  using Write = std::function<void(const std::string& line)>;  // a line of marks, with its end
  static base::Result<std::unique_ptr<LogPhases>> create(const LogPhaseOptions& options, base::ClockAnchor anchor,
                                                         Write write);

  // From one stream of the benchmark, 0 or 1; cut anywhere.
  void read(int stream, std::string_view bytes, base::SteadyTime time);
  void finish(base::SteadyTime time);

 private:
  struct Reader {
    std::unique_ptr<LogReader> reader;
    LogReader::Marks marks;
  };
  explicit LogPhases(Write write) : write_(std::move(write)) {}
  void add(std::unique_ptr<LogReader> reader, const std::string& lane);
  void line(std::string_view text, base::SteadyTime time);

  Write write_;
  std::vector<Reader> readers_;
  std::array<std::string, 2> rest_;  // of a line whose end has not come, of each stream
};

}  // namespace gpubench::benchmark
