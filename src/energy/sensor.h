// What follows from how a board's sensors follow its power.
#pragma once

#include <chrono>
#include <string>

#include "base/time.h"
#include "meter/sensor_timing.h"

namespace gpubench::energy {

// Longest time from a change of power to its showing in samples this far apart.
constexpr base::Duration sample_lag(const meter::SensorTiming& sensor, base::Duration spacing) {
  return sensor.sample_lag + spacing;
}
// What is taken for the counter's lag where power brings its value to a moment.
constexpr base::Duration mean_lag(const meter::SensorTiming& sensor) {
  return sensor.counter_lag / 2;
}
// By how much samples and counter may differ under load, as a share of the energy (k = 2): found on an H200.
constexpr double kRingShare = 0.005;
// As it is said: distances vary by a millisecond or two.
constexpr base::Duration rounded_spacing(base::Duration spacing) {
  constexpr base::Duration kStep = std::chrono::milliseconds(5);
  return spacing < kStep ? spacing : (spacing + kStep / 2) / kStep * kStep;
}
// "60 ms"
inline std::string milliseconds_text(base::Duration duration) {
  return std::to_string(duration / std::chrono::milliseconds(1)) + " ms";
}

}  // namespace gpubench::energy
