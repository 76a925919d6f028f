#include <gtest/gtest.h>
#include <unistd.h>

#include "meter/nvml/driver_clock.h"
#include "unit/meter/fake_driver.h"

namespace gpubench::meter {
namespace {

using namespace std::chrono_literals;

using Samples = std::vector<PowerSample>;

Samples drain(GpuMeter& meter) {
  auto samples = meter.drain_power(0);
  EXPECT_TRUE(samples);
  return samples.value_or(Samples{});
}

void append(Samples& all, const Samples& more) {
  all.insert(all.end(), more.begin(), more.end());
}

// Each 20 ms (to the microsecond of the driver's stamps) after the one before.
void expect_gap_free(const Samples& samples) {
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const auto gap = samples[i].time - samples[i - 1].time;
    EXPECT_LT(std::chrono::abs(gap - 20ms), 3us) << "at sample " << i << " of " << samples.size();
  }
}

TEST(PowerRing, TheFirstDrainGivesTheWholeRing) {
  FakeDriver driver;
  const auto meter = driver.open("profile steps 0:100 5:600\n");
  driver.advance(10s);
  const Samples samples = drain(*meter);
  ASSERT_EQ(samples.size(), 119U);
  EXPECT_LT(driver.now() - samples.back().time, 20ms);
  EXPECT_EQ(samples.front().power, base::Power::from_watts(600));
  expect_gap_free(samples);
}

TEST(PowerRing, DrainsAreGapFreeAndNeverRepeat) {
  FakeDriver driver;
  const auto meter = driver.open("profile square 0.2 0.5 100 600\n");
  Samples all = drain(*meter);
  for (const auto pause : {1000ms, 7ms, 1ms, 333ms, 2000ms, 19ms, 1500ms}) {
    driver.advance(pause);
    append(all, drain(*meter));
  }
  EXPECT_EQ(all.size(), 119U + 4860U / 20U);
  expect_gap_free(all);
}

TEST(PowerRing, SamplesAreDatedInSteadyTime) {
  FakeDriver driver;
  const auto meter = driver.open("profile steps 0:100 5:600\n");
  driver.advance(6s);
  for (const PowerSample& sample : drain(*meter)) {
    const bool loaded = driver.script_time(sample.time) > 5010ms;
    EXPECT_EQ(sample.power, base::Power::from_watts(loaded ? 600 : 100)) << driver.script_time(sample.time).count();
  }
}

TEST(PowerRing, NothingNewIsAnEmptyBatch) {
  FakeDriver driver;
  const auto meter = driver.open("");
  drain(*meter);
  EXPECT_TRUE(drain(*meter).empty());
  const auto other = driver.open("fail nvmlDeviceGetSamples 6\n");
  EXPECT_TRUE(drain(*other).empty());
}

TEST(PowerRing, UnsupportedIsAskedOnceFailedEachTime) {
  FakeDriver driver;
  const auto meter = driver.open("fail nvmlDeviceGetSamples 3\n");
  EXPECT_EQ(meter->drain_power(0).error(), Absent::unsupported);
  EXPECT_EQ(meter->drain_power(0).error(), Absent::unsupported);
  EXPECT_EQ(driver.calls("nvmlDeviceGetSamples"), 1);
  const auto failing = driver.open("fail nvmlDeviceGetSamples 999 every 2\n");
  EXPECT_TRUE(failing->drain_power(0));
  EXPECT_EQ(failing->drain_power(0).error(), Absent::failed);
  EXPECT_TRUE(failing->drain_power(0));
}

TEST(PowerRing, AFailedDrainLosesNothing) {
  FakeDriver driver;
  const auto meter = driver.open("fail nvmlDeviceGetSamples 999 every 2\n");
  Samples all = drain(*meter);
  driver.advance(1s);
  EXPECT_FALSE(meter->drain_power(0));
  driver.advance(1s);
  append(all, drain(*meter));
  EXPECT_EQ(all.size(), 219U);
  expect_gap_free(all);
}

TEST(PowerRing, SamplesWithoutADateAreDropped) {
  FakeDriver driver;
  const auto meter = driver.open("ring zero 19\n");
  EXPECT_EQ(drain(*meter).size(), 100U);
}

TEST(PowerRing, SamplesFromTheFutureAreDropped) {
  FakeDriver driver;
  const auto meter = driver.open("ring future 0.03\n");
  const Samples samples = drain(*meter);
  EXPECT_EQ(samples.size(), 117U);  // the ring of 119 less the last two
  EXPECT_LE(samples.back().time, driver.now() + 1ms);
  driver.advance(1s);
  EXPECT_EQ(drain(*meter).size(), 50U);
}

TEST(PowerRing, WhereTheDriversDatesRunAheadNoneIsBelieved) {
  FakeDriver driver;
  const auto meter = driver.open("ring future 0.3\n");
  EXPECT_EQ(meter->drain_power(0).error(), Absent::failed);
  driver.advance(1s);
  EXPECT_EQ(meter->drain_power(0).error(), Absent::failed);
}

TEST(PowerRing, EveryValueTypeIsUnderstood) {
  FakeDriver driver;
  for (const int type : {0, 1, 2, 3, 4}) {
    const auto meter = driver.open("profile steady 321\nring type " + std::to_string(type) + "\n");
    const Samples samples = drain(*meter);
    ASSERT_EQ(samples.size(), 119U);
    EXPECT_NEAR(samples.back().power.watts(), 321.0, 1e-6) << "type " << type;
  }
  const auto meter = driver.open("ring type 77\n");
  EXPECT_TRUE(drain(*meter).empty());
}

TEST(PowerRing, ADeeperRingIsReadWhole) {
  FakeDriver driver;
  const auto meter = driver.open("ring depth 700\n");
  const Samples samples = drain(*meter);
  EXPECT_EQ(samples.size(), 700U);
  expect_gap_free(samples);
}

TEST(PowerRing, ALateDrainLosesOnlyWhatTheRingLost) {
  FakeDriver driver;
  const auto meter = driver.open("");
  drain(*meter);
  driver.advance(10s);
  EXPECT_EQ(drain(*meter).size(), 119U);
}

// Drains once a second with a step of the wall clock in the midst of one; all samples of 10 s.
struct Stepped {
  Samples samples;
  base::SteadyTime step;
  base::SteadyTime end;
  FakeDriver driver;
};

void run_with_step(Stepped& run, base::Duration step) {
  const auto meter = run.driver.open("profile square 0.4 0.5 100 600\n");
  run.driver.advance(1s);
  append(run.samples, drain(*meter));
  run.driver.advance(490ms);
  run.step = run.driver.now();
  run.driver.step_wall(step);
  run.driver.advance(510ms);
  for (int i = 0; i < 8; ++i) {
    append(run.samples, drain(*meter));
    run.driver.advance(1s);
  }
  append(run.samples, drain(*meter));
  run.end = run.driver.now();
}

void expect_true_dates(const Stepped& run) {
  for (std::size_t i = 0; i < run.samples.size(); ++i) {
    if (i > 0) {
      EXPECT_GT(run.samples[i].time, run.samples[i - 1].time);
    }
    // A sample is the mean of the 20 ms before it, so its distance from a multiple of 20 ms shows a false date.
    const auto phase = (run.driver.script_time(run.samples[i].time) + 5s) % 20ms;
    EXPECT_LT(std::min<base::Duration>(phase, 20ms - phase), 10us) << i;
    const auto in_period = (run.driver.script_time(run.samples[i].time) - 1us + 4s) % 400ms;
    const double watts = run.samples[i].power.watts();
    if (run.driver.script_time(run.samples[i].time) > 20ms && in_period > 1ms) {
      EXPECT_NEAR(watts, in_period <= 200ms ? 600.0 : 100.0, 1.0) << i;
    }
  }
}

TEST(PowerRing, AGreatStepOfTheWallClockLosesNothing) {
  for (const base::Duration step : {base::Duration(1h), base::Duration(-1h), base::Duration(6s), base::Duration(-6s)}) {
    Stepped run;
    run_with_step(run, step);
    expect_true_dates(run);
    EXPECT_GE(run.samples.size(), 119U + 8 * 50U + 49U) << step.count();
    expect_gap_free(run.samples);
  }
}

TEST(PowerRing, ASmallStepCostsAGapButNoFalseDate) {
  for (const base::Duration step : {base::Duration(110ms), base::Duration(-110ms), base::Duration(730ms),
                                    base::Duration(-730ms), base::Duration(1690ms), base::Duration(-1690ms)}) {
    Stepped run;
    run_with_step(run, step);
    expect_true_dates(run);
    EXPECT_GE(run.samples.size(), 119U + 4 * 50U) << step.count();
    EXPECT_LT(run.end - run.samples.back().time, 20ms) << "the series goes on after the step";
  }
}

TEST(PowerRing, SlowAdjustmentOfTheWallClockLosesNothing) {
  FakeDriver driver;
  const auto meter = driver.open("");
  Samples all = drain(*meter);
  for (int i = 0; i < 60; ++i) {
    driver.advance(1s);
    driver.step_wall(500us);  // the fastest that adjtime does
    append(all, drain(*meter));
  }
  EXPECT_EQ(all.size(), 119U + 60 * 50U);
}

TEST(DriverClock, KeepsTheOldOffsetForOldStamps) {
  DriverClock clock;
  clock.observe({base::SteadyTime(100s), base::WallTime(1000s)});
  EXPECT_EQ(clock.steady_time(base::WallTime(999s)), base::SteadyTime(99s));
  EXPECT_FALSE(clock.steady_time(base::WallTime(1002s))) << "in the future";
  clock.observe({base::SteadyTime(101s), base::WallTime(5001s)});
  EXPECT_FALSE(clock.settled());
  EXPECT_EQ(clock.steady_time(base::WallTime(1000s + 500ms)), base::SteadyTime(100s + 500ms));
  EXPECT_EQ(clock.steady_time(base::WallTime(5000s + 700ms)), base::SteadyTime(100s + 700ms));
  EXPECT_FALSE(clock.steady_time(base::WallTime(3000s)));
  clock.observe({base::SteadyTime(105s), base::WallTime(5005s)});
  EXPECT_TRUE(clock.settled());
}

}  // namespace
}  // namespace gpubench::meter
