#include "energy/uncertainty.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace gpubench::energy {
namespace {

constexpr double kHalfWidth = 2.0;
constexpr double kGain = 0.05;  // half of the rectangle

base::Energy combined(const std::vector<UncertaintyTerm>& terms, bool with_gain) {
  double squares = 0;
  for (const UncertaintyTerm& term : terms) {
    if (term.absolute_only && !with_gain) continue;
    squares += term.standard.joules() * term.standard.joules();
  }
  return base::Energy::from_joules(std::sqrt(squares));
}

void add_up(UncertaintyTerm& sum, const UncertaintyTerm& term) {
  sum.standard = term.common ? sum.standard + term.standard : root_sum_square(std::array{sum.standard, term.standard});
  if (sum.explanation != term.explanation) sum.explanation = "differs between GPUs: see each GPU";
}

}  // namespace

base::Energy Uncertainty::standard() const {
  return combined(terms, false);
}
base::Energy Uncertainty::comparative() const {
  return combined(terms, false) * kHalfWidth;
}
base::Energy Uncertainty::absolute() const {
  return combined(terms, true) * kHalfWidth;
}

Uncertainty of_sum(std::span<const Uncertainty> parts) {
  Uncertainty sum;
  for (const Uncertainty& part : parts) {
    for (const UncertaintyTerm& term : part.terms) {
      const auto same = std::find_if(sum.terms.begin(), sum.terms.end(),
                                     [&](const UncertaintyTerm& known) { return known.name == term.name; });
      if (same == sum.terms.end()) {
        sum.terms.push_back(term);
      } else {
        add_up(*same, term);
      }
    }
  }
  return sum;
}

base::Energy root_sum_square(std::span<const base::Energy> energies) {
  double squares = 0;
  for (const base::Energy energy : energies) squares += energy.joules() * energy.joules();
  return base::Energy::from_joules(std::sqrt(squares));
}

UncertaintyTerm gain_term(base::Energy energy) {
  UncertaintyTerm term;
  term.name = "gain";
  term.standard = base::Energy::from_joules(std::abs(energy.joules()) * kGain / std::numbers::sqrt3);
  term.explanation = "gain of the board's sensor: ± 5 % rectangular, the same in every run on this board";
  term.absolute_only = true;
  return term;
}

}  // namespace gpubench::energy
