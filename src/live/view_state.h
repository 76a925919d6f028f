// All that the full-screen view shows, as plain values: fed by one thread, drawn by a pure function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "live/keys.h"
#include "live/log_lines.h"
#include "live/log_progress.h"
#include "meter/reading.h"
#include "meter/value_facts.h"
#include "record/progress.h"

namespace gpubench::live {

// The last values of something, oldest first; an empty optional where one was not read. Dimensionless: a share of the scale.
class Sparkline {
 public:
  void add(std::optional<double> share);
  [[nodiscard]] const std::deque<std::optional<double>>& values() const { return values_; }

 private:
  std::deque<std::optional<double>> values_;
};

struct GpuState {
  meter::GpuDescription gpu;
  meter::GpuReading latest;
  std::optional<meter::Activity> activity;  // of the latest reading that had some; most boards never do
  bool counts = true;                       // the benchmark's; others are in no total
  bool is_read = false;                     // `latest` is a reading
  meter::OfEachValue<Sparkline> history;    // of the highest that each can be
};

// Sums over the benchmark's GPUs, by the interval readings: the final figures are the counters'.
struct Totals {
  std::optional<base::Power> power;    // now; empty if no GPU reports it
  std::optional<base::Energy> energy;  // since the start; empty where a part of it is not known
  base::Duration measured{};           // that `energy` stands for
};

// The lowest that the driver reports: maximum operating, slowdown, shutdown.
std::optional<base::Temperature> temperature_threshold(const meter::GpuDescription& gpu);

enum class Pane : std::uint8_t { gpus, log };

class ViewState {
 public:
  // Of one set of readings.
  struct Moment {
    base::WallTime time;
    std::string phase;           // that the benchmark was in; may be empty
    base::WallTime phase_begun;  // of one
  };

  // `counted`: positions of the benchmark's GPUs.
  ViewState(std::vector<meter::GpuDescription> gpus, std::vector<std::size_t> counted, std::string benchmark,
            std::string notice);

  void take(const record::Progress& progress);
  // The benchmark has been started.
  void start(base::WallTime time) { started_ = time; }
  // As long as the benchmark took the last time.
  void expect(base::Duration length) { expected_ = length; }
  void take_log(std::string_view bytes, base::WallTime now);
  // One line of the tool's own, shown until the next key.
  void say(std::string message) { message_ = std::move(message); }
  // Moves what the keys move. `page` is how far a page goes.
  void press(Key key, int page);

  [[nodiscard]] const std::string& benchmark() const { return benchmark_; }
  [[nodiscard]] const std::string& notice() const { return notice_; }
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] const std::vector<GpuState>& gpus() const { return gpus_; }
  [[nodiscard]] std::optional<base::WallTime> started() const { return started_; }
  [[nodiscard]] const Totals& totals() const { return totals_; }
  [[nodiscard]] const std::deque<std::string>& log() const { return log_; }
  // The line under way, if any.
  [[nodiscard]] const std::string& log_line() const { return lines_.current(); }
  [[nodiscard]] const ProgressPace& pace() const { return pace_; }
  [[nodiscard]] std::optional<base::Duration> expected() const { return expected_; }
  // As many as the histories have values.
  [[nodiscard]] const std::deque<Moment>& moments() const { return moments_; }
  [[nodiscard]] const std::optional<record::Progress>& latest() const { return latest_; }
  [[nodiscard]] Pane pane() const { return pane_; }
  [[nodiscard]] int log_back() const { return log_back_; }    // lines above the newest
  [[nodiscard]] int log_aside() const { return log_aside_; }  // columns of its lines that are left of the screen
  [[nodiscard]] int first_gpu() const { return first_gpu_; }  // at the top, where not all fit
  [[nodiscard]] bool is_paused() const { return paused_; }
  [[nodiscard]] bool shows_help() const { return help_; }

 private:
  void scroll(int lines);
  void scroll_aside(Key key);

  std::vector<GpuState> gpus_;
  std::vector<std::size_t> counted_;
  std::string benchmark_;
  std::string notice_;
  std::string message_;
  Totals totals_;
  std::optional<base::WallTime> started_;
  std::optional<record::Progress> latest_;
  LogLines lines_;
  std::deque<std::string> log_;
  std::size_t log_bytes_ = 0;
  ProgressPace pace_;
  std::optional<base::Duration> expected_;
  std::deque<Moment> moments_;
  Pane pane_ = Pane::log;
  int log_back_ = 0;
  int log_aside_ = 0;
  int first_gpu_ = 0;
  bool paused_ = false;
  bool help_ = false;
};

}  // namespace gpubench::live
