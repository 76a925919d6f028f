#include "record/carbon_so_far.h"

#include <gtest/gtest.h>

#include <future>

namespace gpubench::record {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr base::WallTime kMidday(std::chrono::hours(24 * 365));

class CarbonSoFarTest : public testing::Test {
 protected:
  // A lookup that knows what holds, without asking anyone else.
  static carbon::Source source(std::vector<carbon::IntensitySlot> slots) {
    carbon::Source source;
    source.ask = [slots](auto, auto, auto) -> carbon::Source::Slots { return slots; };
    return source;
  }
  static carbon::IntensitySlot slot(base::WallTime from, double grams) {
    return {from,
            from + minutes(30),
            base::CarbonIntensity::from_grams_per_kilowatt_hour(grams),
            carbon::IntensityKind::forecast,
            "a service",
            from};
  }
  // Two GPUs, of which the first counts.
  static EnergyNow used(double joules) {
    return {seconds(1), {base::Energy::from_joules(joules), base::Energy::from_joules(9e9)}};
  }

  platform::SystemClock clock_;
};

TEST_F(CarbonSoFarTest, EachIntervalTakesTheIntensityOfItsMiddle) {
  carbon::Lookup lookup(source({slot(kMidday, 100), slot(kMidday + minutes(30), 200)}), clock_);
  static_cast<void>(lookup.answer(kMidday, kMidday + minutes(50)));
  CarbonSoFar live(lookup, {0});
  EXPECT_FALSE(live.at(kMidday - seconds(5), {}));  // nothing is known of that half-hour
  const auto start = live.at(kMidday, {});
  ASSERT_TRUE(start);
  EXPECT_EQ(start->intensity.intensity.grams_per_kilowatt_hour(), 100);
  EXPECT_FALSE(start->emissions);  // the benchmark does not run yet
  EXPECT_NEAR(live.at(kMidday + minutes(30), used(1.8e6))->emissions->grams(), 50, 1e-9);
  const auto end = live.at(kMidday + minutes(45), used(2.7e6));
  EXPECT_EQ(end->intensity.intensity.grams_per_kilowatt_hour(), 200);
  EXPECT_NEAR(end->emissions->grams(), 50 + 50, 1e-9);
}

TEST_F(CarbonSoFarTest, WithOneIntensityTheyAreTheEnergyTimesIt) {
  carbon::Lookup lookup(source({slot(kMidday, 180)}), clock_);
  static_cast<void>(lookup.answer(kMidday, kMidday + minutes(20)));
  CarbonSoFar live(lookup, {0});
  double joules = 0;
  for (int second = 0; second < 10; ++second) {
    joules += second < 5 ? 80 : 691;
    const auto now = live.at(kMidday + seconds(second), used(joules));
    EXPECT_NEAR(now->emissions->grams(), joules / 3.6e6 * 180, 1e-12) << second;
  }
}

TEST_F(CarbonSoFarTest, AnUnknownPartIsNotZero) {
  carbon::Lookup lookup(source({slot(kMidday, 360)}), clock_);
  static_cast<void>(lookup.answer(kMidday, kMidday + minutes(20)));
  CarbonSoFar live(lookup, {0});
  static_cast<void>(live.at(kMidday, used(0)));
  EnergyNow unknown = used(0);
  unknown.gpus[0].reset();
  EXPECT_FALSE(live.at(kMidday + minutes(1), unknown)->emissions);
  EXPECT_NEAR(live.at(kMidday + minutes(2), used(3600))->emissions->grams(), 0.36, 1e-12);  // of both minutes
}

TEST_F(CarbonSoFarTest, WithoutAGpuThatCountsThereAreNone) {
  carbon::Lookup lookup(source({slot(kMidday, 360)}), clock_);
  static_cast<void>(lookup.answer(kMidday, kMidday + minutes(20)));
  CarbonSoFar live(lookup, {});
  EXPECT_FALSE(live.at(kMidday, used(5))->emissions);
}

// Until the source has answered, the factor would be a wrong statement: it is taken back a moment later.
TEST_F(CarbonSoFarTest, NothingIsSaidWhileTheFirstAnswerIsAwaited) {
  std::promise<void> asked;
  std::promise<void> answered;
  carbon::Source slow;
  slow.fallback = carbon::great_britain();
  slow.ask = [&](auto, auto, auto) -> carbon::Source::Slots {
    asked.set_value();
    answered.get_future().wait();
    return std::vector{slot(kMidday, 180)};
  };
  carbon::Lookup lookup(slow, clock_);
  CarbonSoFar live(lookup, {0});
  asked.get_future().wait();
  EXPECT_FALSE(live.at(kMidday, used(1.8e6)));
  answered.set_value();
  static_cast<void>(lookup.answer(kMidday, kMidday + minutes(1)));
  const auto now = live.at(kMidday + seconds(1), used(3.6e6));
  ASSERT_TRUE(now);
  EXPECT_EQ(now->intensity.kind, carbon::IntensityKind::forecast);
  EXPECT_NEAR(now->emissions->grams(), 180, 1e-9) << "what was used before the answer counts";
}

TEST_F(CarbonSoFarTest, TheFallbackIsNamed) {
  carbon::Source yearly;
  yearly.fallback = carbon::great_britain();
  carbon::Lookup lookup(yearly, clock_);
  CarbonSoFar live(lookup, {0});
  const auto now = live.at(kMidday, {});
  ASSERT_TRUE(now);
  EXPECT_EQ(now->intensity.kind, carbon::IntensityKind::yearly_factor);
  EXPECT_FALSE(now->intensity.source.empty());
}

}  // namespace
}  // namespace gpubench::record
