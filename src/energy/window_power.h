// The driver's power samples of a short time, in one pass.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

#include "base/quantity.h"
#include "base/time.h"
#include "energy/power_integral.h"
#include "energy/sensor.h"
#include "energy/series_search.h"
#include "meter/reading.h"
#include "series/series.h"

namespace gpubench::energy {

// The samples of one GPU near a moment, and how far apart they are.
struct FineSamples {
  const series::Series<meter::PowerSample>& series;
  base::Duration spacing;
  const meter::SensorTiming& sensor;
  // The newest one is at most this old when they are drained.
  [[nodiscard]] base::Duration newest_age() const { return sample_lag(sensor, spacing); }
};

struct WindowPower {
  base::Energy area;
  base::Power lowest;
  base::Power highest;
};

// Empty: they do not cover the window, or have a gap of more than 100 ms.
inline std::optional<WindowPower> power_in(const FineSamples& samples, base::Window window) {
  constexpr base::Duration kLongestGap = std::chrono::milliseconds(100);
  PowerIntegral integral(window, kLongestGap);
  std::optional<base::Power> lowest;
  std::optional<base::Power> highest;
  const std::size_t first = first_not_before(samples.series, window.start, [](const auto& sample) { return sample.time; });
  bool any = false;
  base::SteadyTime newest = base::SteadyTime::min();
  visit_while(samples.series, first - std::min<std::size_t>(first, 1), [&](const meter::PowerSample& sample) {
    any = true;
    newest = sample.time;
    if (sample.time >= window.start && sample.time <= window.end) {
      lowest = std::min(lowest.value_or(sample.power), sample.power);
      highest = std::max(highest.value_or(sample.power), sample.power);
    }
    return integral.add(sample);
  });
  if (!any || newest < window.end - samples.newest_age()) return std::nullopt;
  integral.finish();
  if (integral.longest_gap() > kLongestGap) return std::nullopt;
  return WindowPower{integral.energy(), lowest.value_or(base::Power{}), highest.value_or(base::Power{})};
}

}  // namespace gpubench::energy
