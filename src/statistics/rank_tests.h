// Tests that use the order of values alone, with their exact distributions, ties included: a witness beside t.
#pragma once

#include <optional>

#include "statistics/sample.h"

namespace gpubench::statistics {

struct RankTest {
  double statistic = 0;  // U of the first side, or V of the positive differences
  double greater = 1;    // P(as great or greater)
  double two_sided = 1;
};

// Mann-Whitney; empty for more than 50 values, where t needs no witness.
std::optional<RankTest> mann_whitney(Values first, Values second);
// Wilcoxon's signed ranks of first minus second; equal pairs do not count. Empty as above.
std::optional<RankTest> signed_rank(Values first, Values second);

}  // namespace gpubench::statistics
