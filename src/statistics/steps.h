// Steps in a history: where a series of values changed its level.
#pragma once

#include <cstddef>
#include <vector>

#include "statistics/sample.h"

namespace gpubench::statistics {

struct Step {
  std::size_t first = 0;  // index of the first value of the new level
  double change = 0;      // of the level
  double p = 1;           // pooled t of the two levels
};

inline constexpr std::size_t kFewestForSteps = 12;
inline constexpr double kLeastStep = 0.005;  // on logarithms: 0.5 %

// Optimal partitioning (Jackson et al. 2005) with squared cost and a penalty of 3 ln N s^2, s from neighbours; then only
// steps with p < 0.001 and at least kLeastStep. None in fewer than kFewestForSteps values.
std::vector<Step> find_steps(Values logs);

}  // namespace gpubench::statistics
