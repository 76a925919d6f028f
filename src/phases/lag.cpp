#include "phases/lag.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gpubench::phases {
namespace {

constexpr std::size_t kEnough = 100'000;
// Kernels that run past their mark, and host work before the first kernel, make the lags of marks differ.
constexpr base::Duration kMostSpread = std::chrono::milliseconds(20);
constexpr std::size_t kLeastForSpread = 3;
constexpr base::Duration kLongestLag = std::chrono::milliseconds(120);
// One mark at which the power changes by 550 W gives the lag to half a millisecond.
constexpr double kWattSeconds = 550 * 0.5e-3;
constexpr double kLeastStandard = 1e-3;      // seconds: the samples' own times
constexpr double kNormalDeviation = 1.4826;  // standard deviations in a median absolute one

// Half of the weight lies below.
template <class Value>
double weighted_median(std::vector<std::pair<double, double>> values, Value value_of) {
  for (auto& [value, weight] : values) value = value_of(value);
  std::sort(values.begin(), values.end());
  const double all =
      std::accumulate(values.begin(), values.end(), 0.0, [](double sum, const auto& value) { return sum + value.second; });
  double sum = 0;
  for (const auto& [value, weight] : values) {
    sum += weight;
    if (sum >= all / 2) return value;
  }
  return values.empty() ? 0 : values.back().first;
}

}  // namespace

void LagFinder::add(const EdgeLags& edge) {
  if (edge.lag && found_.size() < kEnough) found_.push_back({base::to_seconds(*edge.lag), edge.watts});
  if (!edge.wide_lag) return;
  ++falls_;
  if (*edge.wide_lag > kLongestLag) ++late_falls_;
}

Lag LagFinder::find() const {
  Lag lag = usual_;
  lag.late_marks = late_falls_;
  if (late_falls_ * 2 >= falls_ && late_falls_ > 0) lag.synchronised = false;
  if (found_.empty()) return lag;
  std::vector<std::pair<double, double>> values;
  double most = 0;
  for (const Found& found : found_) {
    values.emplace_back(found.seconds, found.watts * found.watts);
    most = std::max(most, found.watts);
  }
  const double median = weighted_median(values, [](double value) { return value; });
  const double spread =
      kNormalDeviation * weighted_median(values, [median](double value) { return std::abs(value - median); });
  lag.spread = base::from_seconds(spread);
  lag.marks = found_.size();
  if (lag.marks >= kLeastForSpread && lag.spread > kMostSpread) lag.synchronised = false;
  lag.value = base::from_seconds(median);
  const auto count = static_cast<double>(found_.size());
  lag.standard = base::from_seconds(
      std::sqrt(kLeastStandard * kLeastStandard + std::pow(kWattSeconds / most, 2) + spread * spread * 1.57 / count));
  return lag;
}

}  // namespace gpubench::phases
