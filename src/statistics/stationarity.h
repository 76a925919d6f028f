// Whether the runs of a set are like one another: a slow drift, runs that follow each other, a first run that is not like
// the others.
#pragma once

#include <optional>

#include "statistics/floors.h"

namespace gpubench::statistics {

inline constexpr double kNotByChance = 0.01;  // findings of this page are raised below this p

struct Drift {
  double slope = 0;  // per unit of time
  double p = 1;
  double total = 0;  // over the whole set
};

// Of logarithms on the runs' start times; empty: fewer than five runs, or no time between them.
std::optional<Drift> drift_of(Values times, Values logs);

// How much wider the variance of a mean is because each run is like the one before: (1 + r) / (1 - r), where the lag-1
// correlation r of what is left of the drift is more than 2/sqrt(n). 1: not, or fewer than ten runs.
double autocorrelation_factor(Values times, Values logs);

struct FirstRun {
  double t = 0;
  double limit = 0;  // for p < 0.01
  [[nodiscard]] bool stands_out() const { return t > limit || t < -limit; }
};

// The first of the values against the prediction interval of the others; empty: fewer than three others.
std::optional<FirstRun> first_run(Values logs, const Floors& floors);

}  // namespace gpubench::statistics
