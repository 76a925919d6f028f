// When readings say what a GPU was doing.
#pragma once

#include <algorithm>
#include <optional>

#include "base/time.h"
#include "meter/value_facts.h"

namespace gpubench::meter {

inline bool has_activity(const GpuReading& reading) {
  return std::any_of(kValueFacts.begin(), kValueFacts.end(),
                     [&](const ValueFacts& facts) { return facts.activity && facts.read(reading).has_value(); });
}

// The time of which a reading's activity is the mean, for readings one after the other.
class ActivityWindows {
 public:
  // Empty: it has no activity.
  std::optional<base::Window> of(const GpuReading& reading) {
    const std::optional<base::SteadyTime> from = since_;
    const bool has = has_activity(reading);
    if (has || !found_) since_ = reading.time;
    found_ = found_ || has;
    if (!has || !from) return std::nullopt;
    return base::Window{*from, reading.time};
  }

 private:
  std::optional<base::SteadyTime> since_;  // the latest reading that has some; before the first of them the latest of all
  bool found_ = false;
};

// Of a window, the least share that lies within a time whose activity it may stand for.
inline constexpr double kMostlyWithin = 0.9;

}  // namespace gpubench::meter
