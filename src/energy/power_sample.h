// Either power series as samples, from a moment on, and how far apart they usually are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

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

// Median distance of the samples from shortly before the window until its end: a short one may lie within a single gap.
// Empty: there are fewer than two.
template <class T>
std::optional<base::Duration> usual_spacing(const series::Series<T>& series, base::Window window) {
  constexpr std::size_t kEnough = 4096;
  std::vector<base::Duration> spacings;
  std::optional<base::SteadyTime> previous;
  visit_while(series, first_sample_for(series, window.start), [&](const T& value) {
    const auto sample = to_sample(value);
    if (!sample || (previous && sample->time <= *previous)) return true;
    if (previous) spacings.push_back(sample->time - *previous);
    previous = sample->time;
    return sample->time < window.end && spacings.size() < kEnough;
  });
  if (spacings.empty()) return std::nullopt;
  const auto middle = spacings.begin() + static_cast<std::ptrdiff_t>(spacings.size() / 2);
  std::nth_element(spacings.begin(), middle, spacings.end());
  return *middle;
}

}  // namespace gpubench::energy
