// Some values of one kind: how many, where they lie and how far they scatter.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gpubench::statistics {

using Values = std::span<const double>;

struct Sample {
  std::size_t count = 0;
  double mean = 0;
  double deviation = 0;  // the standard deviation, with n - 1; 0 of fewer than two values
  double least = 0;
  double median = 0;
  double most = 0;

  // CV: the standard deviation as a share of the mean.
  [[nodiscard]] double variation() const { return deviation / mean; }
};

Sample describe(Values values);

std::vector<double> logarithms(Values values);

}  // namespace gpubench::statistics
