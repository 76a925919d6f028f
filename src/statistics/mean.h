// The mean of a set of runs with its interval.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "statistics/budget.h"
#include "statistics/floors.h"

namespace gpubench::statistics {

struct Mean {
  Sample sample;
  Budget budget;

  [[nodiscard]] double half_width() const;  // 95 %, comparative
};

// `values` is not empty. Of one run the scatter is not known: then only the meter's interval is left, for k = 2.
// `degrees`: if not those of n - 1 (a set that was stopped by its precision).
Mean mean_of(Values values, const Floors& floors, std::optional<double> degrees = {});

// The gain error of each board's power sensor: its limit of 5 % as a rectangle, one standard uncertainty.
double board_gain_uncertainty();

// Each board's share of an energy, by its UUID; they add up to 1.
using BoardShares = std::map<std::string, double>;

// The half-width with the boards' gain errors, k = 2.
double absolute_half_width(const Mean& mean, const BoardShares& boards);

// What the gain errors leave of uncertainty in the logarithm of a ratio: nothing of a board with the same share on both
// sides.
double gain_between(const BoardShares& base, const BoardShares& changed);

}  // namespace gpubench::statistics
