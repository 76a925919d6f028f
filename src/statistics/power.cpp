#include "statistics/power.h"

#include <algorithm>
#include <cmath>

namespace gpubench::statistics {
namespace {

constexpr double kLevel = 0.05;
constexpr double kPower = 0.90;
constexpr double kOneSided = 0.05;
constexpr double kLikely = 0.80;
constexpr std::size_t kMostPairs = 10000;

// The first number of pairs for which `is_enough`, which stays true once it is; by halving.
template <class Enough>
std::optional<std::size_t> first_number(std::size_t least, Enough is_enough) {
  std::size_t low = least;
  std::size_t high = kMostPairs;
  if (!is_enough(high)) return std::nullopt;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (is_enough(middle))
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

}  // namespace

double least_detectable_effect(double degrees) {
  double low = 0;
  double high = 10;
  while (t_power(high, degrees, kLevel) < kPower && high < 1e4) high *= 2;
  constexpr int kHalvings = 60;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (t_power(middle, degrees, kLevel) < kPower ? low : high) = middle;
  }
  return high;
}

double least_detectable(const Budget& budget) {
  return least_detectable_effect(budget.degrees()) * budget.standard();
}

std::optional<std::size_t> pairs_to_see(double change, double deviation) {
  return first_number(2, [&](std::size_t pairs) {
    const auto n = static_cast<double>(pairs);
    return t_power(std::abs(change) * std::sqrt(n) / deviation, n - 1, kLevel) >= kPower;
  });
}

std::optional<std::size_t> pairs_to_decide(double distance, double deviation, std::size_t pairs) {
  return first_number(std::max<std::size_t>(pairs + 1, 2), [&](std::size_t more) {
    const auto n = static_cast<double>(more);
    return t_power(std::abs(distance) * std::sqrt(n) / deviation, n - 1, 2 * kOneSided) >= kLikely;
  });
}

}  // namespace gpubench::statistics
