#include "statistics/sample.h"

#include <algorithm>
#include <cmath>

namespace gpubench::statistics {
namespace {

double median_of_sorted(Values sorted) {
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

}  // namespace

Sample describe(Values values) {
  Sample sample;
  if (values.empty()) return sample;
  double squares = 0;  // Welford 1962: no difference of large sums
  for (const double value : values) {
    const double before = value - sample.mean;
    sample.mean += before / static_cast<double>(++sample.count);
    squares += before * (value - sample.mean);
  }
  if (sample.count > 1) sample.deviation = std::sqrt(squares / static_cast<double>(sample.count - 1));
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  sample.least = sorted.front();
  sample.median = median_of_sorted(sorted);
  sample.most = sorted.back();
  return sample;
}

std::vector<double> logarithms(Values values) {
  std::vector<double> result(values.size());
  std::transform(values.begin(), values.end(), result.begin(), [](double value) { return std::log(value); });
  return result;
}

}  // namespace gpubench::statistics
