#include "statistics/mean.h"

#include <cmath>
#include <numbers>

namespace gpubench::statistics {
namespace {

double share_of(const BoardShares& boards, const std::string& board) {
  const auto found = boards.find(board);
  return found == boards.end() ? 0 : found->second;
}

}  // namespace

Mean mean_of(Values values, const Floors& floors, std::optional<double> degrees) {
  Mean mean;
  mean.sample = describe(values);
  const auto n = static_cast<double>(values.size());
  const double scatter = floored(mean.sample.deviation, floors) / std::sqrt(n);
  if (values.size() > 1) {
    mean.budget.add({"scatter", scatter, degrees.value_or(n - 1)});
  } else {
    mean.budget.add({"meter", scatter});
    mean.budget.cover_by(2);
  }
  if (floors.common > 0) mean.budget.add({"disagreement", floors.common});
  return mean;
}

double Mean::half_width() const {
  return budget.factor(0.975) * budget.standard();
}

double board_gain_uncertainty() {
  return 0.05 / std::numbers::sqrt3;
}

double absolute_half_width(const Mean& mean, const BoardShares& boards) {
  double squares = 0;
  for (const auto& [board, share] : boards) squares += share * share;
  const double gain = 2 * board_gain_uncertainty() * mean.sample.mean;
  return std::sqrt(std::pow(mean.half_width(), 2) + gain * gain * squares);
}

double gain_between(const BoardShares& base, const BoardShares& changed) {
  double squares = 0;
  for (const auto& [board, share] : base) squares += std::pow(share_of(changed, board) - share, 2);
  for (const auto& [board, share] : changed)
    if (!base.contains(board)) squares += share * share;
  return board_gain_uncertainty() * std::sqrt(squares);
}

}  // namespace gpubench::statistics
