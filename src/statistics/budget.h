// What makes a figure uncertain: named terms, their sum and the interval that follows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "statistics/distributions.h"

namespace gpubench::statistics {

struct Interval {
  double low = 0;
  double high = 0;
  [[nodiscard]] bool contains(double value) const { return low <= value && value <= high; }
};

struct Term {
  std::string name;
  double standard = 0;             // one standard uncertainty
  double degrees = kKnownExactly;  // of freedom
};

class Budget {
 public:
  void add(Term term);

  [[nodiscard]] const std::vector<Term>& terms() const { return terms_; }
  [[nodiscard]] double variance() const;
  [[nodiscard]] double standard() const;
  // Of the sum: Welch-Satterthwaite, JCGM 100:2008 G.4.
  [[nodiscard]] double degrees() const;

  // A fixed coverage factor in place of t: nothing in the budget was estimated from scatter.
  void cover_by(double factor) { factor_ = factor; }
  // What the standard uncertainty is multiplied with for a bound that holds with `probability` on one side.
  [[nodiscard]] double factor(double probability) const;

 private:
  std::vector<Term> terms_;
  std::optional<double> factor_;
};

// It holds with `share`: 0.95 of a "95 % interval".
Interval interval(double value, const Budget& budget, double share = 0.95);
// Each bound holds with `probability` by itself.
Interval one_sided_bounds(double value, const Budget& budget, double probability = 0.95);

}  // namespace gpubench::statistics
