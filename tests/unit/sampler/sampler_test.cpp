#include "sampler/sampler.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "support/manual_clock.h"
#include "support/scripted_meter.h"
#include "support/simulated_sampler.h"

namespace gpubench::sampler {
namespace {

using namespace std::chrono_literals;
using support::ScriptedGpu;
using support::ScriptedMeter;

ScriptedGpu steady_gpu(double watts) {
  ScriptedGpu gpu;
  gpu.script = support::PowerSteps(base::Power::from_watts(watts)).script();
  gpu.counter_call = 100us;
  return gpu;
}

// The thread itself, on the machine's clock; a few milliseconds each.
class SamplerTest : public testing::Test {
 protected:
  SamplerTest() : meter_(clock_, {steady_gpu(100), steady_gpu(200)}), series_(support::memory_series(2)) {}

  // Waits for the observer's n-th reading in all.
  void wait_for_readings(std::size_t count) {
    while (readings_ < count) clock_.sleep_until(clock_.now() + 200us);
  }
  ReadingObserver count() {
    return [this](std::size_t, const std::vector<meter::GpuReading>& readings) {
      EXPECT_EQ(readings.size(), 2U);
      ++readings_;
    };
  }

  platform::SystemClock clock_;
  ScriptedMeter meter_;
  std::vector<series::GpuSeries> series_;
  std::atomic<std::size_t> readings_ = 0;
};

TEST_F(SamplerTest, ReadsAtOnceThenEveryIntervalAndOnceMoreAtTheEnd) {
  SamplerOptions options;
  options.interval = 2ms;
  Sampler sampler(meter_, clock_, series_, options, count());
  sampler.start();
  wait_for_readings(4);
  sampler.stop();
  EXPECT_EQ(series_[0].readings->size(), readings_);
  EXPECT_EQ(series_[1].readings->size(), readings_);
  EXPECT_EQ(series_[1].counter->size(), 2U) << "one at the start, one at the end";
  EXPECT_GE(series_[0].power->size(), 119U);
  EXPECT_GE(sampler.health().deadlines + 1, readings_);
}

TEST_F(SamplerTest, LongIntervalDoesNotDelayStop) {
  SamplerOptions options;
  options.interval = 1h;
  Sampler sampler(meter_, clock_, series_, options, count());
  sampler.start();
  wait_for_readings(1);
  const base::SteadyTime before = clock_.now();
  sampler.stop();
  EXPECT_LT(clock_.now() - before, 500ms);
  EXPECT_EQ(readings_, 2U);
}

TEST_F(SamplerTest, RestartWakesTheThread) {
  SamplerOptions options;
  options.interval = 1h;
  Sampler sampler(meter_, clock_, series_, options, count());
  sampler.start();
  wait_for_readings(1);
  sampler.restart_interval();
  wait_for_readings(2);
  sampler.stop();
  EXPECT_EQ(readings_, 3U);
}

TEST_F(SamplerTest, BurstWakesTheThread) {
  SamplerOptions options;
  options.interval = 1h;
  options.burst_period = 1ms;
  meter_.script(0).drain_fails = meter::Absent::unsupported;
  Sampler sampler(meter_, clock_, series_, options, count());
  sampler.start();
  wait_for_readings(1);
  sampler.idle(Idle::after_the_workload, 1h);
  while (series_[1].counter->size() < 5) clock_.sleep_until(clock_.now() + 200us);
  sampler.stop();
  EXPECT_GE(series_[0].counter->size(), 5U);
}

TEST_F(SamplerTest, StopTwiceAndWithoutStartAreHarmless) {
  {
    Sampler never_started(meter_, clock_, series_, {}, count());
    never_started.idle(Idle::after_the_workload, 1s);
    never_started.restart_interval();
    never_started.stop();
  }
  EXPECT_EQ(readings_, 0U);
  Sampler sampler(meter_, clock_, series_, {}, count());
  sampler.start();
  sampler.start();
  sampler.stop();
  const std::size_t readings = readings_;
  sampler.stop();
  EXPECT_EQ(readings_, readings);
}

TEST_F(SamplerTest, CommandsFromManyThreads) {
  SamplerOptions options;
  options.interval = 1ms;
  Sampler sampler(meter_, clock_, series_, options, count());
  sampler.start();
  std::vector<std::future<void>> callers;
  for (int i = 0; i < 3; ++i) {
    callers.push_back(std::async(std::launch::async, [&] {
      for (int k = 0; k < 20; ++k) {
        sampler.idle(Idle::before_the_workload, 100ms);
        sampler.restart_interval();
        EXPECT_LE(sampler.health().late, sampler.health().deadlines);
        EXPECT_LE(series_[0].readings->size(), 100000U);
      }
    }));
  }
  for (auto& caller : callers) caller.get();
  sampler.stop();
}

TEST(SamplerClock, WallClockStepIsSeen) {
  support::ManualClock clock;
  ScriptedMeter meter(clock, {steady_gpu(100)});
  auto series = support::memory_series(1);
  Sampler sampler(meter, clock, series, {}, {});
  sampler.start();
  clock.step_wall(-90s);
  sampler.stop();
  EXPECT_EQ(sampler.health().wall_clock_step, -90s);
}

TEST(SamplerClock, AStepAfterTheRunTookItsAnchorIsSeen) {
  support::ManualClock clock;
  ScriptedMeter meter(clock, {steady_gpu(100)});
  auto series = support::memory_series(1);
  SamplerOptions options;
  options.anchor = clock.anchor();
  clock.step_wall(1h);  // while an image is pulled
  Sampler sampler(meter, clock, series, options, {});
  sampler.start();
  sampler.stop();
  EXPECT_EQ(sampler.health().wall_clock_step, 1h);
}

}  // namespace
}  // namespace gpubench::sampler
