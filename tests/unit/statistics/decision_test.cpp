#include "statistics/decision.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "statistics/rank_tests.h"
#include "statistics/stationarity.h"
#include "statistics/steps.h"
#include "unit/statistics/examples.h"

namespace gpubench::statistics {
namespace {

TEST(Equivalence, TwoOneSidedTests) {
  const std::array<double, 6> zero{};
  const std::array differences{.0012, -.0009, .0003, .0007, -.0004, .0005};
  const Equivalence result = equivalence(paired_change({zero}, {differences}), 0.005);
  EXPECT_NEAR(result.interval.low, -0.000394609, 1e-9);
  EXPECT_NEAR(result.interval.high, 0.000861276, 1e-9);
  EXPECT_NEAR(result.p, 1.083e-5, 1e-8);
  EXPECT_TRUE(result.same);
}

TEST(Holm, AdjustsByRank) {
  const std::array p{.01, .04, .03, .005};
  const auto adjusted = holm(p);
  const std::array wanted{.03, .06, .06, .02};
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(adjusted[i], wanted[i], 1e-12);
}

TEST(Stopping, DegreesOfFreedom) {
  EXPECT_EQ(degrees_after_stopping(5), 4);
  EXPECT_EQ(degrees_after_stopping(9), 4);
  EXPECT_EQ(degrees_after_stopping(11), 5);
  EXPECT_EQ(degrees_after_stopping(16), 7);
  EXPECT_EQ(degrees_after_stopping(21), 10);
}

TEST(Stopping, PrecisionIsAskedFromTheFifthRun) {
  EXPECT_FALSE(precision_reached(Values(examples::kBase).first(4), {}));
  EXPECT_NEAR(*precision_reached(examples::kBase, {}), 0.0026038, 1e-7);
}

TEST(Stopping, LooksUntilDecided) {
  EXPECT_EQ(look_after(5), nullptr);
  EXPECT_DOUBLE_EQ(look_after(4)->confidence, 0.998);
  EXPECT_DOUBLE_EQ(look_after(20)->confidence, 0.955);
}

// Twenty pairs whose differences have this t.
TEST(Stopping, TheLastLookIsTwoSidedAndAsSureAsWhatIsReported) {
  const auto decided = [](double t) {
    const std::array<double, 20> base{};
    std::array<double, 20> changed{};
    for (std::size_t i = 0; i < changed.size(); ++i) changed[i] = t / std::sqrt(19.0) + (i % 2 == 0 ? 1 : -1);
    return is_decided({base}, {changed}, false);
  };
  for (const double sign : {1.0, -1.0}) {
    EXPECT_FALSE(decided(sign * 1.9));
    EXPECT_FALSE(decided(sign * 2.2)) << "the look is sure, the reported interval is not";
    EXPECT_TRUE(decided(sign * 2.3));
  }
}

// Nineteen pairs, because one of twenty does not count.
TEST(Stopping, TheLastLookIsTakenWhenNoPairsFollow) {
  const std::array<double, 19> base{};
  std::array<double, 19> changed{};
  for (std::size_t i = 0; i < changed.size(); ++i) changed[i] = i % 2 == 0 ? 1 : 1.5;
  EXPECT_FALSE(is_decided({base}, {changed}, false));
  EXPECT_TRUE(is_decided({base}, {changed}, true));
  EXPECT_FALSE(is_decided({Values(base).first(1)}, {Values(changed).first(1)}, true));
}

// Hollander and Wolfe, Nonparametric Statistical Methods: also the examples of R's wilcox.test.
TEST(RankTests, TheirExamples) {
  const std::array at_term{.80, .83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, .73, 1.46};
  const std::array earlier{1.15, .88, .90, .74, 1.21};
  const auto u = mann_whitney(at_term, earlier);
  EXPECT_EQ(u->statistic, 35);
  EXPECT_NEAR(u->greater, 0.127206, 1e-6);
  EXPECT_NEAR(u->two_sided, 0.254412, 1e-6);
  const std::array first{1.83, .50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const std::array second{.878, .647, .598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
  const auto v = signed_rank(first, second);
  EXPECT_EQ(v->statistic, 40);
  EXPECT_NEAR(v->greater, 0.01953125, 1e-8);
}

TEST(RankTests, TiesAndTooMany) {
  const std::array equal{1., 1., 1.};
  EXPECT_EQ(mann_whitney(equal, equal)->two_sided, 1);
  EXPECT_FALSE(signed_rank(equal, equal));
  const std::vector<double> many(51, 1.0);
  EXPECT_FALSE(mann_whitney(many, equal));
  EXPECT_NEAR(mann_whitney(std::array{1., 2., 3.}, std::array{4., 5., 6.})->two_sided, 0.1, 1e-12) << "never below: n = 3";
}

TEST(Stationarity, AFirstRunUnlikeTheOthers) {
  std::vector<double> logs{std::log(3055)};
  for (const double joules : examples::kBase) logs.push_back(std::log(joules));
  const auto first = first_run(logs, {});
  EXPECT_NEAR(first->t, 5.5938, 1e-4);
  EXPECT_NEAR(first->limit, 4.6041, 1e-4);
  EXPECT_TRUE(first->stands_out());
  EXPECT_FALSE(first_run(Values(logs).first(3), {}));
}

TEST(Stationarity, ASlowDrift) {
  const std::array times{0., 1., 2., 3., 4., 5., 6., 7.};
  const auto logs = logarithms(std::array{3000., 3004., 3007., 3009., 3013., 3014., 3018., 3021.});
  const auto drift = drift_of(times, logs);
  EXPECT_NEAR(drift->slope, 9.569224e-4, 1e-10);
  EXPECT_NEAR(drift->p, 1.79e-7, 1e-9);
  EXPECT_NEAR(drift->total, 0.0067, 0.00005);
  EXPECT_FALSE(drift_of(std::array{1., 1., 1., 1., 1.}, Values(logs).first(5))) << "no time between them";
}

TEST(Stationarity, RunsThatFollowEachOtherOnlyWiden) {
  std::vector<double> times;
  std::vector<double> logs;
  for (int i = 0; i < 20; ++i) {
    times.push_back(i);
    logs.push_back(std::sin(i * 0.6));
  }
  EXPECT_GT(autocorrelation_factor(times, logs), 2);
  for (int i = 0; i < 20; ++i) logs[static_cast<std::size_t>(i)] = i % 2;
  EXPECT_EQ(autocorrelation_factor(times, logs), 1);
}

TEST(Steps, AreFoundWhereTheyAre) {
  std::vector<double> logs;
  for (int i = 0; i < 24; ++i) logs.push_back((i % 2 == 0 ? 0.001 : -0.001) + (i < 10 ? 0 : 0.02));
  const auto steps = find_steps(logs);
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].first, 10U);
  EXPECT_NEAR(steps[0].change, 0.02, 1e-9);
  EXPECT_TRUE(find_steps(Values(logs).first(11)).empty()) << "too few";
  EXPECT_TRUE(find_steps(std::vector<double>(30, 1.0)).empty());
}

TEST(Steps, ASmallOneIsNone) {
  std::vector<double> logs;
  for (int i = 0; i < 24; ++i) logs.push_back((i % 2 == 0 ? 1e-5 : -1e-5) + (i < 10 ? 0 : 0.004));
  EXPECT_TRUE(find_steps(logs).empty()) << "under half a percent";
}

}  // namespace
}  // namespace gpubench::statistics
