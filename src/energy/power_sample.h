// Either power series as samples, from a moment on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/time.h"
#include "energy/series_search.h"
#include "meter/reading.h"
#include "series/series.h"

namespace gpubench::energy {

inline std::optional<meter::PowerSample> to_sample(const meter::PowerSample& sample) {
  return sample;
}
inline std::optional<meter::PowerSample> to_sample(const meter::GpuReading& reading) {
  if (!reading.power) return std::nullopt;
  return meter::PowerSample{reading.time, *reading.power};
}

// Readings without a power value may lie between the window and the last one that has it.
inline constexpr std::size_t kStepsBack = 16;

template <class T>
std::size_t first_sample_for(const series::Series<T>& series, base::SteadyTime time) {
  const std::size_t first = first_not_before(series, time, [](const T& value) { return value.time; });
  return first - std::min(first, kStepsBack);
}

template <class T, class Visit>
void visit_samples(const series::Series<T>& series, base::SteadyTime start, Visit visit) {
  visit_while(series, first_sample_for(series, start), [&](const T& value) {
    const auto sample = to_sample(value);
    return !sample || visit(*sample);
  });
}

}  // namespace gpubench::energy
