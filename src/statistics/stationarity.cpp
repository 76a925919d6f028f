#include "statistics/stationarity.h"

#include <cmath>
#include <cstddef>

#include "statistics/distributions.h"
#include "statistics/line.h"

namespace gpubench::statistics {
namespace {

constexpr std::size_t kFewestForDrift = 5;
constexpr std::size_t kFewestForCorrelation = 10;
constexpr std::size_t kFewestOthers = 3;

double lag_one_correlation(const std::vector<double>& residuals) {
  double squares = 0;
  double products = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    squares += residuals[i] * residuals[i];
    if (i > 0) products += residuals[i] * residuals[i - 1];
  }
  return squares > 0 ? products / squares : 0;
}

}  // namespace

std::optional<Drift> drift_of(Values times, Values logs) {
  if (logs.size() < kFewestForDrift) return std::nullopt;
  const Sample span = describe(times);
  if (span.deviation == 0) return std::nullopt;
  const Line line = fit_line(times, logs);
  return Drift{line.slope, line.slope_p(), line.slope * (span.most - span.least)};
}

double autocorrelation_factor(Values times, Values logs) {
  if (logs.size() < kFewestForCorrelation || describe(times).deviation == 0) return 1;
  const double r = lag_one_correlation(fit_line(times, logs).residuals);
  return r > 2 / std::sqrt(static_cast<double>(logs.size())) ? (1 + r) / (1 - r) : 1;
}

std::optional<FirstRun> first_run(Values logs, const Floors& floors) {
  if (logs.size() < kFewestOthers + 1) return std::nullopt;
  const Sample others = describe(logs.subspan(1));
  const auto n = static_cast<double>(others.count);
  const double standard = floored(others.deviation, floors) * std::sqrt(1 + 1 / n);
  if (standard == 0) return std::nullopt;
  return FirstRun{(logs.front() - others.mean) / standard, t_quantile(1 - kNotByChance / 2, n - 1)};
}

}  // namespace gpubench::statistics
