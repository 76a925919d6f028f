#include "statistics/budget.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gpubench::statistics {

void Budget::add(Term term) {
  terms_.push_back(std::move(term));
}

double Budget::variance() const {
  double sum = 0;
  for (const Term& term : terms_) sum += term.standard * term.standard;
  return sum;
}

double Budget::standard() const {
  return std::sqrt(variance());
}

double Budget::degrees() const {
  double sum = 0;
  double least = kKnownExactly;
  for (const Term& term : terms_) {
    sum += std::pow(term.standard, 4) / term.degrees;
    least = std::min(least, term.degrees);
  }
  const double all = variance();
  if (all == 0) return least;
  return sum > 0 ? all * all / sum : kKnownExactly;
}

double Budget::factor(double probability) const {
  const double by_t = t_quantile(probability, degrees());
  if (!factor_) return by_t;
  return *factor_ * by_t / t_quantile(0.975, kKnownExactly);
}

Interval interval(double value, const Budget& budget, double share) {
  return one_sided_bounds(value, budget, (1 + share) / 2);
}

Interval one_sided_bounds(double value, const Budget& budget, double probability) {
  const double half_width = budget.factor(probability) * budget.standard();
  return {value - half_width, value + half_width};
}

}  // namespace gpubench::statistics
