#include "statistics/floors.h"

#include <algorithm>
#include <cmath>

namespace gpubench::statistics {

OwnAndCommon own_and_common(double standard, double common) {
  const double shared = std::min(common, standard);
  return {std::sqrt(standard * standard - shared * shared), shared};
}

double floored(double deviation, const Floors& floors) {
  return std::max({deviation, floors.meter, floors.step / std::sqrt(12.0)});
}

double root_mean_square(Values values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return values.empty() ? 0 : std::sqrt(sum / static_cast<double>(values.size()));
}

}  // namespace gpubench::statistics
