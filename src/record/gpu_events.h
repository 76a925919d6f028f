// What the driver counted and reported of one GPU from just before the run until just after it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"

namespace gpubench::record {

// How long the clocks were throttled, by the driver's own accumulator.
struct ThrottleTime {
  std::string_view reason;  // "software_power_cap": a literal, lives for ever
  base::Duration time{};
  bool slowdown = false;  // heat or the board's limits; false for the power cap and sync boost
};

enum class UserKind : std::uint8_t {
  benchmark,
  foreign,
  unknown,  // it is unclear whether it belongs to the benchmark
};

// A process that was seen on the GPU.
struct GpuUser {
  unsigned id = 0;   // on this host
  std::string name;  // empty: not known
  UserKind kind = UserKind::unknown;
  std::optional<base::Bytes> most_memory;
  bool left_running = false;  // the benchmark's own, and still on the GPU after its end
};

struct GpuEvents {
  std::size_t checks = 0;             // how often it was looked
  bool throttle_times_known = false;  // false: only the share of the readings is known
  std::vector<ThrottleTime> throttle_times;
  std::optional<std::uint64_t> corrected_errors;    // new ones; empty: not reported
  std::optional<std::uint64_t> uncorrected_errors;  // the same
  std::optional<std::uint64_t> remapped_rows;       // the same
  bool xids_told = false;
  std::vector<std::uint64_t> xids;
  std::vector<GpuUser> users;
  std::size_t more_users = 0;  // beyond those listed
  std::string users_untold;    // why there may be users that are not in the list; empty: there are none
};

}  // namespace gpubench::record
