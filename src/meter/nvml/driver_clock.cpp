#include "meter/nvml/driver_clock.h"

#include <algorithm>

namespace gpubench::meter {
namespace {

constexpr base::Duration kStep = std::chrono::milliseconds(5);
constexpr base::Duration kShallowestRing = std::chrono::seconds(3);
constexpr base::Duration kDeepestRing = std::chrono::seconds(300);
// The driver's stamps are in whole microseconds and the anchor is good to a few: less than this is not "in the future".
constexpr base::Duration kTolerance = std::chrono::milliseconds(1);

base::Duration offset_of(const base::ClockAnchor& anchor) {
  return anchor.wall.time_since_epoch() - anchor.steady.time_since_epoch();
}

}  // namespace

void DriverClock::observe(const base::ClockAnchor& now) {
  const base::Duration offset = offset_of(now);
  if (epochs_.empty()) {
    epochs_.push_back({offset, base::SteadyTime::min(), now.steady});
  } else if (std::chrono::abs(offset - epochs_.back().offset) > kStep) {
    epochs_.back().until = now.steady;
    epochs_.push_back({offset, now_, now.steady});
  } else {
    epochs_.back().offset = offset;
    epochs_.back().until = now.steady;
  }
  now_ = now.steady;
  const auto in_force = std::prev(epochs_.end());
  epochs_.erase(
      std::remove_if(epochs_.begin(), in_force, [&](const Epoch& epoch) { return epoch.until < now_ - ring_depth_; }),
      in_force);
}

void DriverClock::set_ring_depth(base::Duration depth) {
  ring_depth_ = std::clamp(depth, kShallowestRing, kDeepestRing);
}

bool DriverClock::credible(const Epoch& epoch, base::SteadyTime time) const {
  if (time > epoch.until + kTolerance) return false;
  return settled() || (time >= epoch.from && time >= now_ - ring_depth_);
}

std::optional<base::SteadyTime> DriverClock::steady_time(base::WallTime stamp) const {
  std::optional<base::SteadyTime> found;
  for (const Epoch& epoch : epochs_) {
    const base::SteadyTime time(stamp.time_since_epoch() - epoch.offset);
    if (!credible(epoch, time)) continue;
    if (found) return std::nullopt;
    found = time;
  }
  return found;
}

}  // namespace gpubench::meter
