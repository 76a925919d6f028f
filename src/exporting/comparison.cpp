#include "exporting/comparison.h"

#include <algorithm>
#include <cmath>

namespace gpubench::exporting {
namespace {

// Receivers keep about twelve significant digits.
bool same_value(double sent, double stored) {
  return std::abs(sent - stored) <= 1e-9 * std::max(std::abs(sent), 1.0);
}

// Looked up once for each series, not for each sample.
std::vector<const StoredSeries*> by_position(const Stored& stored, const std::vector<Series>& series) {
  std::vector<const StoredSeries*> found(series.size(), nullptr);
  for (std::size_t i = 0; i < series.size(); ++i)
    if (const auto one = stored.find(series[i].json()); one != stored.end()) found[i] = &one->second;
  return found;
}

// Results were sent with three decimals once.
bool is_of_older(double wanted, double stored) {
  return stored != 0 && same_value(rounded(wanted), stored);
}

}  // namespace

void compare(const Stored& stored, std::span<const Sample> wanted, const std::vector<Series>& series, Comparison& result) {
  const std::vector<const StoredSeries*> found = by_position(stored, series);
  for (const Sample& sample : wanted) {
    const StoredSeries* one = found[sample.series];
    const auto values = one == nullptr ? StoredSeries::const_iterator() : one->find(sample.time_ms);
    if (one == nullptr || values == one->end()) {
      result.missing.push_back(sample);
      continue;
    }
    const bool same = std::any_of(values->second.begin(), values->second.end(), [&](double value) {
      return same_value(sample.value, value) || is_of_older(sample.value, value);
    });
    ++(same ? result.same : result.differing);
    result.doubled += values->second.size() - 1;
  }
}

}  // namespace gpubench::exporting
