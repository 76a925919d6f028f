// How far an energy may be off, cause by cause.
//
// Half-widths are for k = 2, about 95 % of cases. The comparative one holds between runs on one board; the absolute one adds
// the gain of the board's sensor, which no software can see and which cancels in such a comparison.
#pragma once

#include <numbers>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"

namespace gpubench::energy {

// Half-width of a rectangular distribution to its standard deviation; its full width to the same.
constexpr double kRoot3 = std::numbers::sqrt3;
constexpr double kRoot12 = 2 * kRoot3;

// One cause of doubt.
struct UncertaintyTerm {
  std::string_view name;  // "edges": a literal, the same in every output
  base::Energy standard;  // standard uncertainty (k = 1)
  std::string explanation;
  bool common = false;         // one cause for all GPUs of a run: adds up over them, instead of as root sum square
  bool absolute_only = false;  // the same in every run on this board
};

struct Uncertainty {
  std::vector<UncertaintyTerm> terms;

  [[nodiscard]] base::Energy comparative() const;  // half-width, k = 2
  [[nodiscard]] base::Energy absolute() const;     // half-width, k = 2
  // Standard uncertainty without the gain.
  [[nodiscard]] base::Energy standard() const;
};

// Of the sum of energies of different GPUs: terms of one name are one term. Boards are independent of each other (also in
// gain: root sum square), but for the common causes.
Uncertainty of_sum(std::span<const Uncertainty> parts);

// Root of the sum of squares.
base::Energy root_sum_square(std::span<const base::Energy> energies);

// The sensor's gain: +-5 % rectangular. Found on boards of twelve generations against external meters (arXiv:2312.02741).
UncertaintyTerm gain_term(base::Energy energy);

}  // namespace gpubench::energy
