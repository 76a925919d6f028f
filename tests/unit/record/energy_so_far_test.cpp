#include "record/energy_so_far.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

namespace gpubench::record {
namespace {

using std::chrono::seconds;

constexpr double kUntold = -1;

class EnergySoFarTest : public testing::Test {
 protected:
  EnergySoFarTest() {
    for (int gpu = 0; gpu < 2; ++gpu)
      series_.push_back({std::make_unique<series::MemorySeries<meter::GpuReading>>(),
                         std::make_unique<series::MemorySeries<meter::PowerSample>>(),
                         std::make_unique<series::MemorySeries<meter::CounterReading>>()});
  }

  // Readings at that second.
  auto add(int second, const std::vector<double>& watts) {
    std::vector<meter::GpuReading> readings;
    for (const double power : watts) {
      readings.emplace_back();
      readings.back().time = base::SteadyTime(seconds(second));
      if (power == kUntold)
        readings.back().power = meter::absent(meter::Absent::failed);
      else
        readings.back().power = base::Power::from_watts(power);
    }
    return energy_.add(readings);
  }
  void begin(int second) { energy_.begin(base::SteadyTime(seconds(second))); }
  void end(int second) { energy_.end(base::SteadyTime(seconds(second))); }
  void count(std::size_t gpu, double joules) { series_[gpu].counter->append({{}, {}, base::Energy::from_joules(joules)}); }

  std::vector<series::GpuSeries> series_;
  EnergySoFar energy_{series_};
};

TEST_F(EnergySoFarTest, IsPowerTimesTimeWithinTheRun) {
  EXPECT_FALSE(add(0, {100}));
  begin(6);
  auto now = add(10, {200});
  EXPECT_NEAR(now->gpus.at(0)->joules(), 800, 1e-9);
  EXPECT_EQ(now->time, seconds(4));
  end(11);
  add(20, {300});
  now = add(30, {300});
  EXPECT_NEAR(now->gpus.at(0)->joules(), 1100, 1e-9);
  EXPECT_EQ(now->time, seconds(5));
}

TEST_F(EnergySoFarTest, TheFirstReadingsTellOfNothingYet) {
  begin(0);
  EXPECT_EQ(add(1, {100})->gpus.at(0)->joules(), 0);
}

TEST_F(EnergySoFarTest, APartThatIsNotKnownIsNotZero) {
  begin(0);
  add(0, {100, 100});
  const auto now = add(1, {100, kUntold});
  EXPECT_NEAR(now->gpus.at(0)->joules(), 100, 1e-9);
  EXPECT_FALSE(now->gpus.at(1));
  EXPECT_TRUE(now->of({0}));
  EXPECT_FALSE(now->of({0, 1}));
  EXPECT_FALSE(now->of({}));  // nothing that counts is not 0
}

TEST_F(EnergySoFarTest, TheNextPowerStandsForWhatWasNotTold) {
  begin(0);
  add(0, {100});
  add(1, {kUntold});
  add(2, {kUntold});
  const auto now = add(3, {100});
  EXPECT_NEAR(now->gpus.at(0)->joules(), 300, 1e-9);
  EXPECT_EQ(now->time, seconds(3));
}

TEST_F(EnergySoFarTest, ACounterThatIsReadSeldomIsNoZero) {
  count(0, 1000);
  add(0, {6});
  begin(0);
  EXPECT_NEAR(add(600, {6})->gpus.at(0)->joules(), 3600, 1e-9);
  count(0, 1000 + 7200);  // one reading over both intervals
  EXPECT_NEAR(add(1200, {6})->gpus.at(0)->joules(), 7200, 1e-9);
}

TEST_F(EnergySoFarTest, TheCounterStandsInWherePowerIsNotTold) {
  count(0, 1000);
  add(0, {kUntold});
  begin(5);
  count(0, 1000 + 3600);
  EXPECT_NEAR(add(10, {kUntold})->gpus.at(0)->joules(), 1800, 1e-9);
}

}  // namespace
}  // namespace gpubench::record
