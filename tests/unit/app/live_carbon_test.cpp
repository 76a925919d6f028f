#include "app/live_carbon.h"

#include <gtest/gtest.h>

namespace gpubench::app {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr base::WallTime kNoon(std::chrono::hours(24 * 365));

class Live : public testing::Test {
 protected:
  Live() {
    series_.push_back({std::make_unique<series::MemorySeries<meter::GpuReading>>(),
                       std::make_unique<series::MemorySeries<meter::PowerSample>>(),
                       std::make_unique<series::MemorySeries<meter::CounterReading>>()});
  }

  // A lookup that knows what holds, without asking anyone else.
  static CarbonChoice choice(std::vector<carbon::IntensitySlot> slots) {
    CarbonChoice choice;
    choice.ask = [slots](auto, auto, auto) -> CarbonChoice::Slots { return slots; };
    return choice;
  }
  static carbon::IntensitySlot slot(base::WallTime from, double grams) {
    return {from,
            from + minutes(30),
            base::CarbonIntensity::from_grams_per_kilowatt_hour(grams),
            carbon::IntensityKind::forecast,
            "a service",
            from};
  }
  static std::vector<meter::GpuReading> reading(base::Duration since_noon, double watts) {
    meter::GpuReading reading;
    reading.time = base::SteadyTime(since_noon);
    reading.power = base::Power::from_watts(watts);
    return {reading};
  }
  void count(double joules) { series_[0].counter->append({{}, {}, base::Energy::from_joules(joules)}); }

  platform::SystemClock clock_;
  std::vector<series::GpuSeries> series_;
};

TEST_F(Live, EachIntervalTakesTheIntensityOfItsMiddle) {
  CarbonLookup lookup(choice({slot(kNoon, 100), slot(kNoon + minutes(30), 200)}), clock_);
  static_cast<void>(lookup.answer(kNoon, kNoon + minutes(50)));
  LiveCarbon live(lookup, series_, {0});
  EXPECT_FALSE(live.at(kNoon - seconds(5), reading({}, 1000)));  // nothing is known of that half-hour
  const auto start = live.at(kNoon, reading({}, 1000));
  ASSERT_TRUE(start);
  EXPECT_EQ(start->intensity.intensity.grams_per_kilowatt_hour(), 100);
  EXPECT_FALSE(start->emissions);  // the benchmark does not run yet
  live.begin();
  EXPECT_NEAR(live.at(kNoon + minutes(30), reading(minutes(30), 1000))->emissions->grams(), 50, 1e-9);
  const auto end = live.at(kNoon + minutes(45), reading(minutes(45), 1000));
  EXPECT_EQ(end->intensity.intensity.grams_per_kilowatt_hour(), 200);
  EXPECT_NEAR(end->emissions->grams(), 50 + 50, 1e-9);
}

TEST_F(Live, WhatComesAfterTheEndDoesNotCount) {
  CarbonLookup lookup(choice({slot(kNoon, 100)}), clock_);
  static_cast<void>(lookup.answer(kNoon, kNoon + minutes(20)));
  LiveCarbon live(lookup, series_, {0});
  static_cast<void>(live.at(kNoon, reading({}, 1200)));
  live.begin();
  live.end(base::SteadyTime(minutes(15)));
  EXPECT_NEAR(live.at(kNoon + minutes(10), reading(minutes(10), 1200))->emissions->grams(), 20, 1e-9);
  EXPECT_NEAR(live.at(kNoon + minutes(20), reading(minutes(20), 1200))->emissions->grams(), 30, 1e-9);
  EXPECT_NEAR(live.at(kNoon + minutes(25), reading(minutes(25), 1200))->emissions->grams(), 30, 1e-9);
}

TEST_F(Live, ACounterThatIsReadSeldomIsNoZero) {
  CarbonLookup lookup(choice({slot(kNoon, 360)}), clock_);
  static_cast<void>(lookup.answer(kNoon, kNoon + minutes(20)));
  LiveCarbon live(lookup, series_, {0});
  count(1000);
  static_cast<void>(live.at(kNoon, reading({}, 6)));
  live.begin();
  EXPECT_NEAR(live.at(kNoon + minutes(10), reading(minutes(10), 6))->emissions->grams(), 0.36, 1e-12);
  count(1000 + 7200);  // one reading that tells of both intervals
  EXPECT_NEAR(live.at(kNoon + minutes(20), reading(minutes(20), 6))->emissions->grams(), 0.72, 1e-12);
}

TEST_F(Live, TheCounterStandsInWherePowerIsNotTold) {
  CarbonLookup lookup(choice({slot(kNoon, 360)}), clock_);
  static_cast<void>(lookup.answer(kNoon, kNoon + minutes(20)));
  LiveCarbon live(lookup, series_, {0});
  auto unread = reading({}, 0);
  unread[0].power = meter::absent(meter::Absent::unsupported);
  count(1000);
  static_cast<void>(live.at(kNoon, unread));
  live.begin();
  count(1000 + 3600);
  EXPECT_NEAR(live.at(kNoon + minutes(10), unread)->emissions->grams(), 0.36, 1e-12);
}

TEST_F(Live, AnUnknownPartIsNotZero) {
  CarbonLookup lookup(choice({slot(kNoon, 360)}), clock_);
  static_cast<void>(lookup.answer(kNoon, kNoon + minutes(20)));
  LiveCarbon live(lookup, series_, {0});
  static_cast<void>(live.at(kNoon, reading({}, 5)));
  live.begin();
  auto unread = reading(minutes(1), 5);
  unread[0].power = meter::absent(meter::Absent::failed);
  EXPECT_FALSE(live.at(kNoon + minutes(1), unread)->emissions);
  EXPECT_FALSE(live.at(kNoon + minutes(2), reading(minutes(2), 5))->emissions);
}

TEST_F(Live, TheFallbackIsNamed) {
  CarbonChoice yearly;
  yearly.fallback = carbon::great_britain();
  CarbonLookup lookup(yearly, clock_);
  LiveCarbon live(lookup, series_, {0});
  const auto now = live.at(kNoon, reading({}, 5));
  ASSERT_TRUE(now);
  EXPECT_EQ(now->intensity.kind, carbon::IntensityKind::yearly_factor);
  EXPECT_FALSE(now->intensity.source.empty());
}

}  // namespace
}  // namespace gpubench::app
