#include "sets/values.h"

#include <vector>

#include "statistics/sample.h"
#include "statistics/stopping.h"

namespace gpubench::sets {
statistics::Mean MetricValues::mean() const {
  return statistics::mean_of(values, floors, statistics::degrees_of(values.size(), stopped_by_values));
}

MetricValues values_of(const RunSet& set, const FiguresOfRuns& figures, const std::string& variant, Metric metric) {
  MetricValues known;
  known.stopped_by_values = !set.options.until.empty();
  std::vector<double> meter;
  std::vector<double> common;
  for (const Member* member : counted_members(set, variant)) {
    const auto found = figures.find(member->run);
    if (found == figures.end()) continue;
    const RunFigures& run = found->second;
    if (metric == Metric::time) known.values.push_back(base::to_seconds(run.elapsed));
    if (metric == Metric::time || !run.energy) continue;
    known.values.push_back(run.energy->joules());
    if (!run.comparative) continue;
    const auto parts = statistics::own_and_common(run.comparative->joules() / 2, run.disagreement.joules());  // of k = 2
    meter.push_back(parts.own);
    common.push_back(parts.common);
  }
  if (meter.empty()) return known;
  known.floors.meter = statistics::root_mean_square(meter);
  known.floors.common = statistics::root_mean_square(common);
  return known;
}

std::optional<statistics::Mean> mean_of_variant(const RunSet& set, const FiguresOfRuns& figures, const std::string& variant,
                                                Metric metric) {
  const MetricValues known = values_of(set, figures, variant, metric);
  if (known.values.empty()) return std::nullopt;
  return known.mean();
}

MetricValues logarithms_of(MetricValues values) {
  const double mean = statistics::describe(values.values).mean;
  for (double* floor : {&values.floors.meter, &values.floors.step, &values.floors.common}) *floor /= mean;
  values.values = statistics::logarithms(values.values);
  return values;
}

statistics::BoardShares boards_of(const RunSet& set, const FiguresOfRuns& figures, const std::string& variant) {
  statistics::BoardShares boards;
  double total = 0;
  for (const Member* member : counted_members(set, variant)) {
    const auto found = figures.find(member->run);
    if (found == figures.end()) continue;
    for (const BoardEnergy& board : found->second.boards) {
      boards[board.uuid] += board.energy.joules();
      total += board.energy.joules();
    }
  }
  for (auto& [uuid, share] : boards) share /= total;
  return boards;
}

}  // namespace gpubench::sets
