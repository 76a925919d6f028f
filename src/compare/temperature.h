// What the change would be if both runs of each pair had been equally warm.
#pragma once

#include <optional>

#include "compare/comparison.h"

namespace gpubench::compare {

struct AtEqualTemperature {
  double change = 0;              // a share
  statistics::Interval interval;  // 95 %
};

// The intercept of the pairs' changes on their difference in mean temperature. Empty: fewer than eight pairs, a temperature
// is not known, or the differences scatter by less than a degree.
std::optional<AtEqualTemperature> at_equal_temperature(const Comparison& comparison, Metric metric);

}  // namespace gpubench::compare
