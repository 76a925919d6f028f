// Student's t, from Boost.Math. Infinite degrees of freedom are the normal distribution.
#pragma once

#include <limits>

namespace gpubench::statistics {

inline constexpr double kKnownExactly =
    std::numeric_limits<double>::infinity();  // degrees of freedom of what was not estimated

// The value that T is below with `probability`.
double t_quantile(double probability, double degrees);
// P(T > t), and P(|T| > |t|).
double t_tail(double t, double degrees);
double t_two_sided(double t, double degrees);

// How often a two-sided test at `level` finds an effect of `effect` standard errors.
double t_power(double effect, double degrees, double level);

}  // namespace gpubench::statistics
