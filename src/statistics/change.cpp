#include "statistics/change.h"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "statistics/stopping.h"

namespace gpubench::statistics {
namespace {

double size_of(const Side& side) {
  return static_cast<double>(side.values.size());
}

double degrees_of_side(const Side& side) {
  return degrees_of(side.values.size(), side.stopped_by_values);
}

double difference_of_means(const Sample& base, const Sample& changed) {
  return changed.mean - base.mean;
}

void add_common(Budget& budget, const Side& base, const Side& changed) {
  if (base.floors.common > 0) budget.add({"disagreement of BASE", base.floors.common});
  if (changed.floors.common > 0) budget.add({"disagreement of NEW", changed.floors.common});
}

// Of a difference of two single values.
Floors combined(const Floors& base, const Floors& changed) {
  return {std::hypot(base.meter, changed.meter), std::hypot(base.step, changed.step), 0};
}

}  // namespace

Change paired_change(const Side& base, const Side& changed) {
  std::vector<double> differences(base.values.size());
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] = changed.values[i] - base.values[i];
  const Sample sample = describe(differences);
  const double deviation = floored(sample.deviation, combined(base.floors, changed.floors));
  Change change{sample.mean, {}};
  const bool stopped = base.stopped_by_values || changed.stopped_by_values;
  change.budget.add({"scatter of the pairs", deviation / std::sqrt(size_of(base)), degrees_of(differences.size(), stopped)});
  return change;
}

Change unpaired_change(const Side& base, const Side& changed) {
  const Sample before = describe(base.values);
  const Sample after = describe(changed.values);
  Change change{difference_of_means(before, after), {}};
  const auto add_scatter = [&](const char* name, const Side& side, const Sample& sample) {
    change.budget.add({name, floored(sample.deviation, side.floors) / std::sqrt(size_of(side)), degrees_of_side(side)});
  };
  add_scatter("scatter of BASE", base, before);
  add_scatter("scatter of NEW", changed, after);
  add_common(change.budget, base, changed);
  return change;
}

Change single_change(const Side& base, const Side& changed) {
  const Side& several = base.values.size() > 1 ? base : changed;
  const Sample sample = describe(several.values);
  Change change{difference_of_means(describe(base.values), describe(changed.values)), {}};
  const double deviation = floored(sample.deviation, several.floors);
  const double n = size_of(several);
  change.budget.add({"scatter of one run", deviation * std::sqrt(1 + 1 / n), degrees_of_side(several)});
  add_common(change.budget, base, changed);
  return change;
}

Change pooled_change(const Side& base, const Side& changed, const Repeatability& known) {
  Change change{difference_of_means(describe(base.values), describe(changed.values)), {}};
  const double of_base = floored(known.deviation, base.floors) / std::sqrt(size_of(base));
  const double of_new = floored(known.deviation, changed.floors) / std::sqrt(size_of(changed));
  change.budget.add({"repeatability from history", std::hypot(of_base, of_new), known.degrees});
  add_common(change.budget, base, changed);
  return change;
}

std::optional<Term> term_of_fewer_runs(const Repeatability& within, std::size_t runs,
                                       std::span<const std::size_t> runs_of_others) {
  double share = 1 / static_cast<double>(runs);  // of the variance of one run
  for (const std::size_t others : runs_of_others) share -= 1 / static_cast<double>(others * runs_of_others.size());
  constexpr double kRounding = 1e-9;  // what equal numbers of runs leave
  if (share <= kRounding || within.degrees == 0) return std::nullopt;
  return Term{"fewer runs in a sitting", within.deviation * std::sqrt(share), within.degrees};
}

Change meter_change(const Side& base, const Side& changed) {
  Change change{difference_of_means(describe(base.values), describe(changed.values)), {}};
  change.budget.add({"meter of BASE", floored(0, base.floors) / std::sqrt(size_of(base))});
  change.budget.add({"meter of NEW", floored(0, changed.floors) / std::sqrt(size_of(changed))});
  add_common(change.budget, base, changed);
  change.budget.cover_by(2);
  return change;
}

void Pool::add(const Sample& sample) {
  if (sample.count < 2) return;
  const auto degrees = static_cast<double>(sample.count - 1);
  squares_ += degrees * sample.deviation * sample.deviation;
  degrees_ += degrees;
}

Repeatability Pool::repeatability() const {
  return degrees_ > 0 ? Repeatability{std::sqrt(squares_ / degrees_), degrees_} : Repeatability{};
}

double assumed_sitting_uncertainty() {
  return std::numbers::sqrt2 * 0.005 / std::numbers::sqrt3;
}

}  // namespace gpubench::statistics
