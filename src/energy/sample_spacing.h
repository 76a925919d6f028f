// How far apart the samples of a power series usually are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/time.h"
#include "energy/power_sample.h"
#include "series/series.h"

namespace gpubench::energy {

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
