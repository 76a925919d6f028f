#include "statistics/fieller.h"

#include <cmath>

#include "statistics/distributions.h"

namespace gpubench::statistics {

std::optional<Interval> fieller_interval(Values first, Values second) {
  const Sample below = describe(first);
  const Sample above = describe(second);
  const auto variance_of_mean = [](const Sample& sample) {
    return sample.deviation * sample.deviation / static_cast<double>(sample.count);
  };
  Budget budget;  // for Satterthwaite's degrees of the ratio's relative variance
  budget.add({"first", std::sqrt(variance_of_mean(below)) / below.mean, static_cast<double>(below.count - 1)});
  budget.add({"second", std::sqrt(variance_of_mean(above)) / above.mean, static_cast<double>(above.count - 1)});
  const double t = t_quantile(0.975, budget.degrees());
  const double g = t * t * variance_of_mean(below) / (below.mean * below.mean);
  if (!(g < 1)) return std::nullopt;  // NaN too: a mean of zero
  const double ratio = above.mean / below.mean;
  const double spread =
      t / below.mean * std::sqrt(variance_of_mean(above) * (1 - g) + ratio * ratio * variance_of_mean(below));
  return Interval{(ratio - spread) / (1 - g), (ratio + spread) / (1 - g)};
}

}  // namespace gpubench::statistics
