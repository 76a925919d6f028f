// Two kinds of time. SteadyTime is for arithmetic: it never jumps. WallTime is for labels and for meeting the outside
// world (carbon slots, driver timestamps). Nothing here reads a clock: only platform::Clock does.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace gpubench::base {

using Duration = std::chrono::nanoseconds;

// The monotonic time of this machine (CLOCK_MONOTONIC), in nanoseconds. Has no now(): ask a platform::Clock.
struct SteadyTimeline {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<SteadyTimeline, Duration>;
  static constexpr bool is_steady = true;
};
using SteadyTime = SteadyTimeline::time_point;

// UTC, nanoseconds since 1970.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

constexpr double to_seconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1e9;
}
constexpr Duration from_seconds(double seconds) {
  return Duration(static_cast<Duration::rep>(seconds * 1e9 + (seconds < 0 ? -0.5 : 0.5)));
}

// A time span: start inclusive, end exclusive.
struct Window {
  SteadyTime start;
  SteadyTime end;
  [[nodiscard]] constexpr Duration length() const { return end - start; }
  [[nodiscard]] constexpr bool contains(SteadyTime time) const { return start <= time && time < end; }
  friend constexpr bool operator==(const Window&, const Window&) = default;
};

// One moment read on both clocks. Maps between them for as long as the wall clock is not stepped.
struct ClockAnchor {
  SteadyTime steady;
  WallTime wall;
  [[nodiscard]] constexpr WallTime to_wall(SteadyTime time) const { return wall + (time - steady); }
  [[nodiscard]] constexpr SteadyTime to_steady(WallTime time) const { return steady + (time - wall); }
};

// "2026-11-22T12:00:00Z"
std::string utc_text(WallTime time);
// "2026-11-22T12:00:00.123Z"
std::string utc_text_milliseconds(WallTime time);
// "2026-11-22 12:00:00": the predecessor's form, in UTC.
std::string utc_table_text(WallTime time);
// "20261122T120000Z": sorts by time, safe in file names.
std::string utc_compact_text(WallTime time);

}  // namespace gpubench::base
