#include "statistics/change.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "statistics/decision.h"
#include "statistics/distributions.h"
#include "statistics/fieller.h"
#include "statistics/power.h"
#include "statistics/suite.h"
#include "unit/statistics/examples.h"

namespace gpubench::statistics {
namespace {

using examples::kBase;
using examples::kNew;

double percent(double log) {
  return std::expm1(log) * 100;
}

// How often Welch's interval of the change of two means holds in n runs a side that scatter alike, without simulation: the
// standardized difference is Student's t with 2 (n - 1) degrees whatever share r of the two variances' sum is the first's,
// and r, which alone decides the interval's own degrees, is Beta((n - 1) / 2, (n - 1) / 2).
double welch_holds(double n) {
  constexpr int kSteps = 2000;
  const double k = n - 1;
  double holds = 0;
  double weights = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double r = (i + 0.5) / kSteps;
    const double weight = std::pow(r * (1 - r), k / 2 - 1);
    const double degrees = k / (r * r + (1 - r) * (1 - r));
    holds += weight * (1 - t_two_sided(t_quantile(0.975, degrees), 2 * k));
    weights += weight;
  }
  return holds / weights;
}

template <class Array>
Interval prediction_of(const Array& values, double share) {
  const auto logs = logarithms(values);
  const std::array<double, 1> any{describe(logs).mean};
  const Change change = single_change({logs}, {any});
  return interval(any[0], change.budget, share);
}

TEST(Change, WelchOfTheSleepExample) {
  const Change change = unpaired_change({examples::kSleepTwo}, {examples::kSleepOne});
  const Interval all = interval(change.value, change.budget);
  EXPECT_NEAR(change.value / change.budget.standard(), -1.860813, 1e-6);
  EXPECT_NEAR(change.budget.degrees(), 17.776474, 1e-6);
  EXPECT_NEAR(t_two_sided(change.value / change.budget.standard(), change.budget.degrees()), 0.0793941, 1e-7);
  EXPECT_NEAR(all.low, -3.365483, 1e-6);
  EXPECT_NEAR(all.high, 0.205483, 1e-6);
}

TEST(Change, PairsOfTheSleepExample) {
  const Change change = paired_change({examples::kSleepTwo}, {examples::kSleepOne});
  const Interval all = interval(change.value, change.budget);
  EXPECT_NEAR(change.value / change.budget.standard(), -4.062128, 1e-6);
  EXPECT_NEAR(t_two_sided(change.value / change.budget.standard(), 9), 0.00283289, 1e-8);
  EXPECT_NEAR(all.low, -2.459886, 1e-6);
  EXPECT_NEAR(all.high, -0.700114, 1e-6);
}

TEST(Change, TheExampleOfBenchstat) {
  const auto old_json = logarithms(examples::kOldJson);
  const auto new_json = logarithms(examples::kNewJson);
  const Change json = unpaired_change({old_json}, {new_json});
  EXPECT_NEAR(percent(json.value), -17.4575, 1e-4);
  EXPECT_NEAR(percent(interval(json.value, json.budget).low), -18.2444, 1e-4);
  EXPECT_NEAR(percent(interval(json.value, json.budget).high), -16.6630, 1e-4);
  EXPECT_NEAR(json.budget.degrees(), 14.8188, 1e-4);
  const auto old_gob = logarithms(examples::kOldGob);
  const auto new_gob = logarithms(examples::kNewGob);
  const Change gob = unpaired_change({old_gob}, {new_gob});
  EXPECT_NEAR(percent(gob.value), 0.2645, 1e-4);
  EXPECT_NEAR(percent(interval(gob.value, gob.budget).low), -1.0313, 1e-4);
  EXPECT_NEAR(percent(interval(gob.value, gob.budget).high), 1.5773, 1e-4);
  EXPECT_NEAR(t_two_sided(gob.value / gob.budget.standard(), gob.budget.degrees()), 0.674575, 1e-6);
}

TEST(Change, PairedRatioAndItsGate) {
  const auto base = logarithms(kBase);
  const auto changed = logarithms(kNew);
  const Change change = paired_change({base}, {changed});
  EXPECT_NEAR(percent(change.value), 2.055585, 1e-6);
  EXPECT_NEAR(percent(interval(change.value, change.budget).low), 1.968105, 1e-6);
  EXPECT_NEAR(percent(interval(change.value, change.budget).high), 2.143141, 1e-6);
  EXPECT_NEAR(change.budget.standard() * std::sqrt(5.0), 0.000690649, 1e-9);
  const Interval bounds = one_sided_bounds(change.value, change.budget);
  EXPECT_NEAR(percent(bounds.low), 1.988408, 1e-6);
  EXPECT_NEAR(percent(bounds.high), 2.122807, 1e-6);
  EXPECT_EQ(zone_of(change, std::log(1.01)), Zone::fail);
  EXPECT_EQ(zone_of(change, std::log(1.02)), Zone::undecided);
  EXPECT_EQ(zone_of(change, std::log(1.03)), Zone::pass);
  EXPECT_NEAR(least_detectable(change.budget), 0.0014, 0.00005);
}

TEST(Change, UnpairedRatio) {
  const auto base = logarithms(kBase);
  const auto changed = logarithms(kNew);
  const Change change = unpaired_change({base}, {changed});
  EXPECT_NEAR(percent(interval(change.value, change.budget).low), 1.692730, 1e-6);
  EXPECT_NEAR(percent(interval(change.value, change.budget).high), 2.419735, 1e-6);
  EXPECT_NEAR(change.budget.degrees(), 7.540570, 1e-6);
}

TEST(Change, OneRunAgainstSeveral) {
  const auto base = logarithms(kBase);
  const std::array<double, 1> one{std::log(3071)};
  const Change change = single_change({base}, {one});
  EXPECT_NEAR(percent(change.value), 1.823787, 1e-6);
  EXPECT_NEAR(percent(interval(change.value, change.budget).low), 1.176429, 1e-6);
  EXPECT_NEAR(percent(interval(change.value, change.budget).high), 2.475286, 1e-6);
  const Change back = single_change({one}, {base});
  EXPECT_DOUBLE_EQ(back.value, -change.value);
  EXPECT_DOUBLE_EQ(back.budget.standard(), change.budget.standard());
}

TEST(Change, OneRunAgainstOneKnowsOnlyTheMeter) {
  const std::array<double, 1> base{std::log(3012)};
  const std::array<double, 1> changed{std::log(3071)};
  const Change change = meter_change({base, {.meter = 3. / 3012}}, {changed, {.meter = 3. / 3071}});
  EXPECT_NEAR(percent(change.value), 1.958831, 1e-6);
  EXPECT_NEAR(percent(interval(change.value, change.budget).low), 1.674739, 1e-6);
  EXPECT_NEAR(percent(interval(change.value, change.budget).high), 2.243717, 1e-6);
}

TEST(Change, OneRunAgainstOneWithHistory) {
  Pool pool;
  pool.add({.count = 5, .deviation = 0.004});
  pool.add({.count = 9, .deviation = 0.005});
  pool.add({.count = 1, .deviation = 0});
  const Repeatability known = pool.repeatability();
  EXPECT_DOUBLE_EQ(known.degrees, 12);
  EXPECT_NEAR(known.deviation, std::sqrt((4 * 0.000016 + 8 * 0.000025) / 12), 1e-12);
  const std::array<double, 1> base{0.};
  const std::array<double, 2> changed{0.02, 0.03};
  const Change change = pooled_change({base}, {changed}, known);
  EXPECT_NEAR(change.budget.standard(), known.deviation * std::sqrt(1.5), 1e-12);
  EXPECT_DOUBLE_EQ(change.budget.degrees(), 12);
}

TEST(Change, SittingsOfEquallyManyRunsHaveNoTermOfFewerRuns) {
  for (std::size_t runs = 1; runs <= 20; ++runs)
    for (std::size_t sittings = 1; sittings <= 30; ++sittings) {
      const std::vector<std::size_t> others(sittings, runs);
      EXPECT_FALSE(term_of_fewer_runs({0.01, 20}, runs, others)) << sittings << " sittings of " << runs;
      EXPECT_TRUE(term_of_fewer_runs({0.01, 20}, runs, std::vector<std::size_t>(sittings, runs + 1)));
    }
}

TEST(Change, PredictionIntervals) {
  const std::array joules{3000., 3006., 2997., 3003., 3009., 2994., 3001., 3004.};
  EXPECT_NEAR(std::exp(prediction_of(joules, 0.90).high), 3011.475, 1e-3);
  // Bencher's documentation of its t-test boundary: mean 100, SD 10, n 25, 0.977.
  Budget budget;
  budget.add({"scatter of one run", 10 * std::sqrt(1 + 1. / 25), 24});
  EXPECT_NEAR(one_sided_bounds(100, budget, 0.977).high, 121.46, 0.005);
}

TEST(Change, AddedTermsWidenAndSatterthwaiteFollows) {
  const auto base = logarithms(kBase);
  const auto changed = logarithms(kNew);
  Change change = unpaired_change({base}, {changed});
  const double before = change.budget.degrees();
  change.budget.add({"sitting, assumed", assumed_sitting_uncertainty()});
  EXPECT_NEAR(assumed_sitting_uncertainty(), 0.0041, 0.00005);
  EXPECT_GT(change.budget.degrees(), before);
  EXPECT_EQ(zone_of(change, std::log(1.015)), Zone::undecided);
}

TEST(Fieller, AgreesWithLogarithmsWhereTheScatterIsSmall) {
  const auto base = logarithms(kBase);
  const auto changed = logarithms(kNew);
  const Change change = unpaired_change({base}, {changed});
  const Interval logs = interval(change.value, change.budget);
  const auto ratio = fieller_interval(kBase, kNew);
  EXPECT_NEAR(ratio->low, std::exp(logs.low), 4e-5);
  EXPECT_NEAR(ratio->high, std::exp(logs.high), 4e-5);
  EXPECT_FALSE(fieller_interval(std::array{1., -1.}, std::array{1., 2.})) << "the first mean may be zero";
}

TEST(Suite, GeometricMean) {
  std::vector<Change> logs;
  for (const double ratio : {1.02, .99, 1.05}) {
    Change change{std::log(ratio), {}};
    change.budget.add({"scatter of the pairs", 0.003, 4});
    change.budget.add({"boards", 0.04});
    logs.push_back(change);
  }
  const Change mean = geometric_mean(logs, "boards");
  EXPECT_NEAR(std::exp(mean.value), 1.019706, 1e-6);
  EXPECT_NEAR(mean.budget.standard(), std::hypot(0.003 / std::sqrt(3.0), 0.04), 1e-12) << "one gain, added linearly";
}

TEST(Change, CoverageOfWelchsInterval) {
  EXPECT_NEAR(welch_holds(3), 0.96488, 1e-5);
  EXPECT_NEAR(welch_holds(5), 0.9558, 1e-4);
  EXPECT_NEAR(welch_holds(10), 0.9515, 1e-4);
}

}  // namespace
}  // namespace gpubench::statistics
