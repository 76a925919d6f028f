// The quick version of bench/statistics_check: a few hundred draws each, so the bounds are wider than those it is held to.
#include <gtest/gtest.h>

#include "unit/statistics/simulated_runs.h"

namespace gpubench::statistics::simulated {
namespace {

constexpr std::size_t kTimes = 600;

TEST(Simulation, NullPairsWithDriftAlarmInFivePercent) {
  Draw draw(1);
  for (const std::size_t pairs : {5U, 10U}) {
    const double wrong = percent_of(kTimes, [&] { return !holds(draw_pairs(draw, pairs, {.drift = 0.02}).result(), 0); });
    EXPECT_NEAR(wrong, 5, 3) << pairs;
  }
}

TEST(Simulation, TwoPercentShow) {
  Draw draw(2);
  const Sitting more{.variation = 0.005, .change = 0.02};
  EXPECT_GE(percent_of(kTimes, [&] { return !holds(draw_pairs(draw, 4, more).result(), 0); }), 87);
  EXPECT_GE(percent_of(kTimes, [&] { return zone_of(draw_pairs(draw, 8, more).result(), std::log(1.01)) == Zone::fail; }),
            93);
}

TEST(Simulation, UntilDecidedErrsInFivePercent) {
  Draw draw(3);
  EXPECT_LE(percent_of(kTimes, [&] { return until_decided(draw, {.variation = 0.005}).either_way; }), 7.5);
  const Sitting more{.variation = 0.005, .change = 0.005};
  EXPECT_GE(percent_of(kTimes, [&] { return until_decided(draw, more).holds; }), 91.5);
}

TEST(Simulation, PreciseSetsHold) {
  Draw draw(4);
  EXPECT_GE(percent_of(kTimes, [&] { return precise_set_holds(draw, 0.01, 0.01, 30); }), 91.5);
  EXPECT_GE(percent_of(kTimes, [&] { return precise_pairs_hold(draw, 0.01, 0.01, 30); }), 91.5);
}

TEST(Simulation, HistoriesWithoutStepsHaveNone) {
  Draw draw(5);
  EXPECT_LE(percent_of(kTimes, [&] { return !find_steps(draw_logs(draw, 30, 0.005)).empty(); }), 5);
  EXPECT_GE(percent_of(kTimes, [&] { return step_found(draw, 27, 30, 0.005, 0.02, 1); }), 93);
}

}  // namespace
}  // namespace gpubench::statistics::simulated
