#include "statistics/steps.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "statistics/distributions.h"

namespace gpubench::statistics {
namespace {

constexpr std::size_t kFewestInPiece = 2;
constexpr double kSureStep = 0.001;

// The squared distances of values [begin, end) from their mean, from running sums.
class PieceCost {
 public:
  explicit PieceCost(Values values) : sums_(values.size() + 1), squares_(values.size() + 1) {
    const double origin = describe(values).mean;  // small numbers: no digits are lost in the sums
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = values[i] - origin;
      sums_[i + 1] = sums_[i] + value;
      squares_[i + 1] = squares_[i] + value * value;
    }
  }
  double operator()(std::size_t begin, std::size_t end) const {
    const double sum = sums_[end] - sums_[begin];
    return std::max(0.0, squares_[end] - squares_[begin] - sum * sum / static_cast<double>(end - begin));
  }

 private:
  std::vector<double> sums_;
  std::vector<double> squares_;
};

double variance_of_neighbours(Values values) {
  double squares = 0;
  for (std::size_t i = 1; i < values.size(); ++i) squares += std::pow(values[i] - values[i - 1], 2);
  return squares / (2.0 * static_cast<double>(values.size() - 1));
}

// The first index of each piece but the first, in order.
std::vector<std::size_t> partition(Values values, double penalty) {
  const PieceCost cost(values);
  const std::size_t n = values.size();
  std::vector<double> best(n + 1, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> begin_of_last(n + 1, 0);
  best[0] = 0;
  for (std::size_t end = kFewestInPiece; end <= n; ++end) {
    for (std::size_t begin = 0; begin + kFewestInPiece <= end; ++begin) {
      const double total = best[begin] + cost(begin, end) + penalty;
      if (total >= best[end]) continue;
      best[end] = total;
      begin_of_last[end] = begin;
    }
  }
  std::vector<std::size_t> starts;
  for (std::size_t end = n; begin_of_last[end] > 0; end = begin_of_last[end]) starts.push_back(begin_of_last[end]);
  std::reverse(starts.begin(), starts.end());
  return starts;
}

// The step between two neighbouring pieces.
Step step_between(Values before, Values after) {
  const Sample low = describe(before);
  const Sample high = describe(after);
  const auto n = static_cast<double>(low.count);
  const auto m = static_cast<double>(high.count);
  const double degrees = n + m - 2;
  const double squares = (n - 1) * low.deviation * low.deviation + (m - 1) * high.deviation * high.deviation;
  const double standard = std::sqrt(squares / degrees * (1 / n + 1 / m));
  const double change = high.mean - low.mean;
  return {before.size(), change, standard > 0 ? t_two_sided(change / standard, degrees) : 0};
}

std::vector<Step> steps_at(Values values, const std::vector<std::size_t>& starts) {
  std::vector<Step> steps;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t begin = i == 0 ? 0 : starts[i - 1];
    const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : values.size();
    steps.push_back(step_between(values.subspan(begin, starts[i] - begin), values.subspan(starts[i], end - starts[i])));
    steps.back().first = starts[i];
  }
  return steps;
}

bool is_sure(const Step& step) {
  return step.p < kSureStep && std::abs(step.change) >= kLeastStep;
}

}  // namespace

std::vector<Step> find_steps(Values logs) {
  if (logs.size() < kFewestForSteps) return {};
  const double penalty = 3 * std::log(static_cast<double>(logs.size())) * variance_of_neighbours(logs);
  auto starts = partition(logs, penalty);
  for (;;) {  // the least sure step goes first: its neighbours then have more values
    const auto steps = steps_at(logs, starts);
    const auto least = std::max_element(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
      return is_sure(a) != is_sure(b) ? is_sure(a) : a.p < b.p;
    });
    if (least == steps.end() || is_sure(*least)) return steps;
    starts.erase(starts.begin() + (least - steps.begin()));
  }
}

}  // namespace gpubench::statistics
