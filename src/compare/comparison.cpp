#include "compare/comparison.h"

#include <algorithm>
#include <cmath>

namespace gpubench::compare {

const Row* Comparison::find(Metric metric) const {
  const auto found = std::find_if(rows.begin(), rows.end(), [metric](const Row& row) { return row.metric == metric; });
  return found == rows.end() ? nullptr : &*found;
}

std::string unit_of(Metric metric, const RunValues& run) {
  if (metric == Metric::work) return run.work_unit + "/s";
  if (metric == Metric::energy_per_work) return "J/" + run.work_unit;
  return std::string(facts_of(metric).unit);
}

double shown(const Row& row, double on_scale) {
  return row.as_difference() ? on_scale : std::expm1(on_scale);
}

statistics::Interval shown(const Row& row, const statistics::Interval& on_scale) {
  return {shown(row, on_scale.low), shown(row, on_scale.high)};
}

}  // namespace gpubench::compare
