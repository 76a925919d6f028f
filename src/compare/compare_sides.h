// The comparison of two sides.
#pragma once

#include <array>

#include "compare/comparison.h"

namespace gpubench::compare {

using KnownScatter = std::array<Known, kMetricCount>;

// Sides with the runs of one benchmark only.
Comparison compare_sides(const Side& base, const Side& changed, const Options& options, const KnownScatter& known);

}  // namespace gpubench::compare
