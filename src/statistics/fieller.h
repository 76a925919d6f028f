// The interval of a ratio of two means that scatter so much that logarithms are rough.
#pragma once

#include <optional>

#include "statistics/budget.h"
#include "statistics/sample.h"

namespace gpubench::statistics {

// Fieller 1954, 95 %, of the ratio second / first; both have at least two values. Empty: the first mean cannot be told from
// zero, so the ratio has no bounds.
std::optional<Interval> fieller_interval(Values first, Values second);

}  // namespace gpubench::statistics
