#include "statistics/rank_tests.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace gpubench::statistics {
namespace {

constexpr std::size_t kMostForRanks = 50;  // the counts of cases are exact in a double up to there

// Twice the rank of each value, so that those of equal values, which share their mean rank, are whole numbers.
std::vector<std::size_t> doubled_ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<std::size_t> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = begin + 1 + end;
    begin = end;
  }
  return ranks;
}

// p-values of `sum`, where cases[s] of all cases have the sum s.
RankTest tails(const std::vector<double>& cases, std::size_t sum, double statistic) {
  const auto at = cases.begin() + static_cast<std::ptrdiff_t>(sum);
  const double all = std::accumulate(cases.begin(), cases.end(), 0.0);
  const double greater = std::accumulate(at, cases.end(), 0.0) / all;
  const double less = std::accumulate(cases.begin(), at + 1, 0.0) / all;
  return {statistic, greater, std::min(1.0, 2 * std::min(greater, less))};
}

// cases[s]: choices of `chosen` of the ranks that add up to s.
std::vector<double> sums_of_choices(const std::vector<std::size_t>& ranks, std::size_t chosen) {
  const std::size_t all = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  std::vector<std::vector<double>> cases(chosen + 1, std::vector<double>(all + 1));
  cases[0][0] = 1;
  for (const std::size_t rank : ranks)
    for (std::size_t count = chosen; count > 0; --count)
      for (std::size_t sum = all; sum >= rank; --sum) cases[count][sum] += cases[count - 1][sum - rank];
  return cases[chosen];
}

// cases[s]: subsets of the ranks, of any size, that add up to s.
std::vector<double> sums_of_subsets(const std::vector<std::size_t>& ranks) {
  const std::size_t all = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  std::vector<double> cases(all + 1);
  cases[0] = 1;
  for (const std::size_t rank : ranks)
    for (std::size_t sum = all; sum >= rank; --sum) cases[sum] += cases[sum - rank];
  return cases;
}

}  // namespace

std::optional<RankTest> mann_whitney(Values first, Values second) {
  const std::size_t n = first.size();
  if (n == 0 || second.empty() || n + second.size() > kMostForRanks) return std::nullopt;
  std::vector<double> all(first.begin(), first.end());
  all.insert(all.end(), second.begin(), second.end());
  const auto ranks = doubled_ranks(all);
  const std::size_t sum = std::accumulate(ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(n), std::size_t{0});
  const double u = (static_cast<double>(sum) - static_cast<double>(n * (n + 1))) / 2;
  return tails(sums_of_choices(ranks, n), sum, u);
}

std::optional<RankTest> signed_rank(Values first, Values second) {
  std::vector<double> sizes;
  std::vector<bool> positive;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i] == second[i]) continue;
    sizes.push_back(std::abs(first[i] - second[i]));
    positive.push_back(first[i] > second[i]);
  }
  if (sizes.empty() || sizes.size() > kMostForRanks) return std::nullopt;
  const auto ranks = doubled_ranks(sizes);
  std::size_t sum = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) sum += positive[i] ? ranks[i] : 0;
  return tails(sums_of_subsets(ranks), sum, static_cast<double>(sum) / 2);
}

}  // namespace gpubench::statistics
