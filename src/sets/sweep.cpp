#include "sets/sweep.h"

#include <algorithm>
#include <cmath>

#include "statistics/change.h"
#include "statistics/decision.h"

namespace gpubench::sets {
namespace {

constexpr double kUnlikely = 0.05;

std::optional<SweepPoint> point_of(const RunSet& set, const FiguresOfRuns& figures, std::size_t variant) {
  const MetricValues energy = values_of(set, figures, set.variants[variant].name, Metric::energy);
  const MetricValues time = values_of(set, figures, set.variants[variant].name, Metric::time);
  if (energy.values.empty() || time.values.empty()) return std::nullopt;
  SweepPoint point;
  point.variant = variant;
  point.energy = energy.mean();
  point.time = time.mean();
  return point;
}

// Of the logarithms. Empty: fewer than two blocks count, or an energy is not known.
std::optional<statistics::Change> change_between(const RunSet& set, const FiguresOfRuns& figures, std::size_t from,
                                                 std::size_t to) {
  const MetricValues base = values_of(set, figures, set.variants[from].name, Metric::energy);
  const MetricValues changed = values_of(set, figures, set.variants[to].name, Metric::energy);
  const auto positive = [](const MetricValues& known) {
    return *std::min_element(known.values.begin(), known.values.end()) > 0;
  };
  if (base.values.size() < 2 || changed.values.size() != base.values.size()) return std::nullopt;
  if (!positive(base) || !positive(changed)) return std::nullopt;
  const MetricValues before = logarithms_of(base);
  const MetricValues after = logarithms_of(changed);
  return statistics::paired_change(before.side(), after.side());
}

}  // namespace

bool is_sweep(const RunSet& set) {
  return set.variants.size() > 2 || (set.variants.size() == 2 && !set.variants.front().parameters.empty());
}

Sweep sweep_of(const RunSet& set, const FiguresOfRuns& figures) {
  Sweep sweep;
  for (std::size_t variant = 0; variant < set.variants.size(); ++variant)
    if (const auto point = point_of(set, figures, variant)) sweep.points.push_back(*point);
  if (sweep.points.empty()) return sweep;
  const auto least =
      std::min_element(sweep.points.begin(), sweep.points.end(),
                       [](const SweepPoint& a, const SweepPoint& b) { return a.energy.sample.mean < b.energy.sample.mean; });
  sweep.least = static_cast<std::size_t>(least - sweep.points.begin());
  std::vector<double> p_values;
  for (SweepPoint& point : sweep.points) {
    const auto change =
        point.variant == least->variant ? std::nullopt : change_between(set, figures, least->variant, point.variant);
    p_values.push_back(change ? std::min(1.0, 2 * statistics::p_of_more_than(*change, 0)) : 1);
    if (!change) continue;
    const statistics::Interval bounds = statistics::interval(change->value, change->budget);
    point.more_energy = statistics::Interval{std::expm1(bounds.low), std::expm1(bounds.high)};
  }
  p_values.erase(p_values.begin() + static_cast<std::ptrdiff_t>(*sweep.least));  // it is not compared with itself
  const std::vector<double> adjusted = statistics::holm(p_values);
  for (std::size_t i = 0; i < sweep.points.size(); ++i)
    sweep.points[i].maybe_least = i == *sweep.least || adjusted[i - (i > *sweep.least ? 1 : 0)] > kUnlikely;
  return sweep;
}

}  // namespace gpubench::sets
