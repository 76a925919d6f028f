// Several benchmarks as one figure: the geometric mean of their ratios.
#pragma once

#include <span>

#include "statistics/change.h"

namespace gpubench::statistics {

// The logarithm of the geometric mean with its variance, sum of V by K^2. Terms named `common` are of one cause (the gain of
// one pair of boards) and are added linearly.
Change geometric_mean(std::span<const Change> logs, const std::string& common);

}  // namespace gpubench::statistics
