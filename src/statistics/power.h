// What a comparison can see at all, and how many runs it would take to see more.
#pragma once

#include <cstddef>
#include <optional>

#include "statistics/budget.h"

namespace gpubench::statistics {

// The least change that shows in 90 of 100 comparisons with such a budget (two-sided, 5 %).
double least_detectable(const Budget& budget);
// The same in standard errors, for a number of degrees of freedom.
double least_detectable_effect(double degrees);

// Pairs needed to see a change of `change` in 90 of 100 cases, if single pairs scatter by `deviation`; empty: more than
// 10,000.
std::optional<std::size_t> pairs_to_see(double change, double deviation);
// Pairs needed, more than `pairs`, so that a limit at `distance` is outside the one-sided 95 % bound in 80 of 100 cases;
// empty: more than 10,000.
std::optional<std::size_t> pairs_to_decide(double distance, double deviation, std::size_t pairs);

}  // namespace gpubench::statistics
