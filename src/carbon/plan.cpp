#include "carbon/plan.h"

#include <algorithm>

namespace gpubench::carbon {
namespace {

// Less than this apart are equal: sums in another order differ in their last digits.
constexpr double kNoticeable = 1 - 1e-12;

base::Duration length_of(const std::vector<EnergyStep>& run) {
  base::Duration length{};
  for (const EnergyStep& step : run) length += step.length;
  return length;
}

// Every start at which the emissions may bend, within [first, last], rising.
std::vector<base::WallTime> candidate_starts(const std::vector<EnergyStep>& run, const std::vector<IntensitySlot>& slots,
                                             base::WallTime first, base::WallTime last) {
  std::vector<base::WallTime> starts{first, last};
  const auto consider = [&](base::WallTime start) {
    if (first < start && start < last) starts.push_back(start);
  };
  base::Duration reached{};
  for (std::size_t i = 0; i <= run.size(); ++i) {
    for (const IntensitySlot& slot : slots) {
      consider(slot.from - reached);
      consider(slot.to - reached);
    }
    if (i < run.size()) reached += run[i].length;
  }
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  return starts;
}

std::optional<PlannedStart> best_start(const RegionalForecast& forecast, const PlanQuestion& question) {
  if (forecast.slots.empty()) return std::nullopt;
  base::WallTime end = forecast.slots.back().to;
  if (question.deadline) end = std::min(end, *question.deadline);
  const base::WallTime last = end - length_of(question.run);
  if (last < question.now) return std::nullopt;
  std::optional<PlannedStart> best;
  for (const base::WallTime start : candidate_starts(question.run, forecast.slots, question.now, last)) {
    const auto emissions = emissions_from(question.run, forecast.slots, start);
    if (emissions && (!best || *emissions < best->emissions * kNoticeable))
      best = PlannedStart{forecast.region, start, *emissions};
  }
  return best;
}

}  // namespace

std::optional<base::Emissions> emissions_from(const std::vector<EnergyStep>& run, const std::vector<IntensitySlot>& slots,
                                              base::WallTime start) {
  base::Emissions total;
  const auto after = [](base::WallTime time, const IntensitySlot& slot) { return time < slot.to; };
  auto slot = std::upper_bound(slots.begin(), slots.end(), start, after);
  base::WallTime time = start;
  for (const EnergyStep& step : run) {
    const base::WallTime end = time + step.length;
    while (time < end) {
      while (slot != slots.end() && slot->to <= time) ++slot;
      if (slot == slots.end() || slot->from > time) return std::nullopt;
      const base::WallTime until = std::min(end, slot->to);
      total += step.energy * (base::to_seconds(until - time) / base::to_seconds(step.length)) * slot->intensity;
      time = until;
    }
  }
  return total;
}

base::Result<Plan> make_plan(const PlanQuestion& question) {
  if (length_of(question.run) <= base::Duration::zero()) return base::failure("the run has no length");
  Plan plan;
  for (const RegionalForecast& forecast : question.forecasts) {
    if (auto best = best_start(forecast, question)) plan.best.push_back(*std::move(best));
    const auto now = emissions_from(question.run, forecast.slots, question.now);
    plan.at_once.push_back(now ? std::optional(PlannedStart{forecast.region, question.now, *now}) : std::nullopt);
  }
  if (plan.best.empty())
    return base::failure("no forecast covers the whole run before the deadline",
                         "choose a later --deadline or another region");
  std::stable_sort(plan.best.begin(), plan.best.end(),
                   [](const PlannedStart& a, const PlannedStart& b) { return a.emissions < b.emissions; });
  return plan;
}

}  // namespace gpubench::carbon
