// Why clocks are below their maximum: bits, names and what they mean for a run.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "meter/reading.h"

namespace gpubench::meter {

struct ThrottleReason {
  std::uint64_t bit;
  std::string_view name;
  std::string_view words;
  bool listed;    // says something about the run's figures
  bool slowdown;  // heat or hardware: the GPU did less than it could
};

// "board_limit" and "reliability" have no bit: only the driver's times know them.
inline constexpr std::array<ThrottleReason, 11> kThrottleReasons = {{
    {ThrottleReasons::gpu_idle, "gpu_idle", "idle", false, false},
    {ThrottleReasons::application_clocks, "application_clocks", "clocks set by the user", false, false},
    {ThrottleReasons::software_power_cap, "software_power_cap", "software power cap", true, false},
    {ThrottleReasons::hardware_slowdown, "hardware_slowdown", "hardware slowdown", true, true},
    {ThrottleReasons::sync_boost, "sync_boost", "sync boost", false, false},
    {ThrottleReasons::software_thermal, "software_thermal", "software thermal slowdown", true, true},
    {ThrottleReasons::hardware_thermal, "hardware_thermal", "hardware thermal slowdown", true, true},
    {ThrottleReasons::hardware_power_brake, "hardware_power_brake", "hardware power brake", true, true},
    {ThrottleReasons::display_clock, "display_clock", "display clock", false, false},
    {0, "board_limit", "limit of the board", false, false},
    {0, "reliability", "voltage limit for reliability", false, false},
}};

// The name of a single throttle reason bit, for programs ("hardware_thermal"); empty if unknown.
std::string_view throttle_reason_name(std::uint64_t bit);
// The same name as a literal, also of reasons that only the driver's own times know; empty if unknown.
std::string_view throttle_reason_literal(std::string_view name);
// For a reader: "software thermal slowdown".
std::string_view throttle_reason_words(std::string_view name);

}  // namespace gpubench::meter
