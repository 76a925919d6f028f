#include "statistics/suite.h"

#include <string>

namespace gpubench::statistics {

Change geometric_mean(std::span<const Change> logs, const std::string& common) {
  Change mean;
  const auto count = static_cast<double>(logs.size());
  double linear = 0;
  for (const Change& change : logs) {
    mean.value += change.value / count;
    for (const Term& term : change.budget.terms()) {
      if (term.name == common)
        linear += term.standard / count;
      else
        mean.budget.add({term.name, term.standard / count, term.degrees});
    }
  }
  if (linear > 0) mean.budget.add({common, linear});
  return mean;
}

}  // namespace gpubench::statistics
