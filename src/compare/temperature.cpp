#include "compare/temperature.h"

#include <cmath>

#include "statistics/line.h"

namespace gpubench::compare {
namespace {

constexpr std::size_t kFewestPairs = 8;
constexpr double kLeastScatter = 1;  // of the differences, in degrees

std::optional<double> temperature_of(const SideRun& run) {
  double sum = 0;
  for (const Board& board : run.values.boards) {
    if (!board.mean_celsius) return std::nullopt;
    sum += *board.mean_celsius;
  }
  return run.values.boards.empty() ? std::nullopt : std::optional(sum / static_cast<double>(run.values.boards.size()));
}

}  // namespace

std::optional<AtEqualTemperature> at_equal_temperature(const Comparison& comparison, Metric metric) {
  const auto& base = comparison.base.runs;
  const auto& changed = comparison.changed.runs;
  if (!comparison.paired || base.size() < kFewestPairs) return std::nullopt;
  std::vector<double> warmer;
  std::vector<double> logs;
  for (std::size_t i = 0; i < base.size(); ++i) {
    const auto before = temperature_of(base[i]);
    const auto after = temperature_of(changed[i]);
    if (!before || !after) return std::nullopt;
    warmer.push_back(*after - *before);
    logs.push_back(std::log(changed[i].values.figure(metric)->value / base[i].values.figure(metric)->value));
  }
  if (statistics::describe(warmer).deviation < kLeastScatter) return std::nullopt;
  const statistics::Line line = statistics::fit_line(warmer, logs);
  statistics::Budget budget;
  budget.add({"scatter of the pairs", line.intercept_uncertainty, line.degrees});
  const auto bounds = statistics::interval(line.intercept, budget);
  return AtEqualTemperature{std::expm1(line.intercept), {std::expm1(bounds.low), std::expm1(bounds.high)}};
}

}  // namespace gpubench::compare
