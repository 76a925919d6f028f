// How a board's sensors follow its power, as its driver publishes them.
#pragma once

#include <chrono>

#include "base/time.h"

namespace gpubench::meter {

// Stated by the adapter of each vendor; what stands here was found on NVIDIA's boards (docs/method.md).
struct SensorTiming {
  base::Duration counter_period = std::chrono::milliseconds(100);  // the energy counter moves this often
  base::Duration counter_lag = std::chrono::milliseconds(60);  // longest time from a change of power to its showing there
  base::Duration load_tail = std::chrono::milliseconds(150);   // after a load: lag, and an update under way
  // Power samples come this late, and each looks back over the time since the one before it.
  base::Duration sample_lag = std::chrono::milliseconds(40);
  base::Duration reading_renewed = std::chrono::milliseconds(100);  // the driver renews its power reading this often
  base::Duration averaged = std::chrono::seconds(1);                // what the driver's average power looks back over
  base::Duration utilization_window = std::chrono::seconds(1);      // the longest time that its utilisation looks back
};

// Of each: none is zero or longer than this.
inline constexpr base::Duration kLongestTiming = std::chrono::minutes(1);

// visit(name, member) of each, for the formats that keep them.
template <class Visit>
void for_each_timing(Visit&& visit) {
  visit("counter_period", &SensorTiming::counter_period);
  visit("counter_lag", &SensorTiming::counter_lag);
  visit("load_tail", &SensorTiming::load_tail);
  visit("sample_lag", &SensorTiming::sample_lag);
  visit("reading_renewed", &SensorTiming::reading_renewed);
  visit("averaged", &SensorTiming::averaged);
  visit("utilization_window", &SensorTiming::utilization_window);
}

}  // namespace gpubench::meter
