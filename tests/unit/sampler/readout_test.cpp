#include "sampler/readout.h"

#include <gtest/gtest.h>

#include <functional>

#include "support/manual_clock.h"
#include "support/scripted_meter.h"
#include "support/simulated_sampler.h"

namespace gpubench::sampler {
namespace {

using namespace std::chrono_literals;
using support::ManualClock;
using support::PowerSteps;
using support::ScriptedGpu;
using support::ScriptedMeter;

ScriptedGpu steady(double watts) {
  ScriptedGpu gpu;
  gpu.script = PowerSteps(base::Power::from_watts(watts)).script();
  return gpu;
}

TEST(Readout, PutsEveryGpuInItsOwnSeries) {
  ManualClock clock;
  ScriptedMeter meter(clock, {steady(100), steady(300)});
  auto series = support::memory_series(2);
  std::vector<double> watts;
  Readout readout(meter, clock, series, [&](std::size_t tick, const std::vector<meter::GpuReading>& readings) {
    EXPECT_EQ(tick, 7U);
    for (const auto& reading : readings) watts.push_back(reading.power->watts());
  });
  readout.perform_all(7);
  ASSERT_EQ(watts.size(), 2U);
  EXPECT_NEAR(watts[0], 100, 1e-6);
  EXPECT_NEAR(watts[1], 300, 1e-6);
  for (const auto& gpu : series) {
    EXPECT_EQ(gpu.readings->size(), 1U);
    EXPECT_EQ(gpu.power->size(), 119U) << "the first drain gives what the ring holds";
    EXPECT_EQ(gpu.counter->size(), 1U);
  }
}

TEST(Readout, AFailingCallStopsNoOther) {
  ManualClock clock;
  ScriptedMeter meter(clock, {steady(100), steady(300)});
  meter.script(0).counter_fails = meter::Absent::failed;
  meter.script(0).drain_fails = meter::Absent::gpu_lost;
  meter.script(0).read_fails = meter::Absent::gpu_lost;
  auto series = support::memory_series(2);
  Readout readout(meter, clock, series, {});
  readout.perform_all(0);
  EXPECT_EQ(series[0].readings->size(), 1U) << "a reading that says what is missing";
  EXPECT_EQ(series[0].power->size(), 0U);
  EXPECT_EQ(series[0].counter->size(), 0U);
  EXPECT_EQ(series[1].power->size(), 119U);
  EXPECT_EQ(series[1].counter->size(), 1U);
  meter.script(0) = steady(100);  // works again
  readout.perform_all(1);
  EXPECT_EQ(series[0].power->size(), 119U);
  EXPECT_EQ(series[0].counter->size(), 1U);
}

TEST(Readout, UnsupportedIsAskedOnce) {
  ManualClock clock;
  ScriptedMeter meter(clock, {steady(100)});
  meter.script(0).counter_fails = meter::Absent::unsupported;
  auto series = support::memory_series(1);
  Readout readout(meter, clock, series, {});
  readout.perform_all(0);
  meter.script(0).counter_fails.reset();
  readout.perform_all(1);
  EXPECT_EQ(series[0].counter->size(), 0U);
}

TEST(Readout, GapFreeRingWhateverTheInterval) {
  for (const auto interval : {base::Duration(10ms), base::Duration(1s), base::Duration(30s)}) {
    ManualClock clock;
    ScriptedMeter meter(clock, {steady(100)});
    auto series = support::memory_series(1);
    SamplerOptions options;
    options.interval = interval;
    support::SimulatedSampler sampler(meter, clock, series, options);
    sampler.run_until(clock.now() + 20s);
    sampler.stop();
    std::optional<base::SteadyTime> previous;
    series::for_each(*series[0].power, [&](const meter::PowerSample& sample) {
      EXPECT_TRUE(!previous || sample.time - *previous == 20ms);
      previous = sample.time;
    });
    EXPECT_GT(series[0].power->size(), 1000U);
  }
}

// By what a driver has of power samples: none, few, or so few that they get lost between two drains.
TEST(Readout, ReadsPowerOftenWhereSamplesDoNotSuffice) {
  const auto readings_in_10_s = [](const std::function<void(ScriptedGpu&)>& change) {
    ManualClock clock;
    ScriptedMeter meter(clock, {steady(100)});
    change(meter.script(0));
    auto series = support::memory_series(1);
    SamplerOptions options;
    options.interval = 5s;
    support::SimulatedSampler sampler(meter, clock, series, options);
    sampler.run_until(clock.now() + 10s);
    return series[0].readings->size();
  };
  EXPECT_EQ(readings_in_10_s([](ScriptedGpu&) {}), 2U);
  EXPECT_GT(readings_in_10_s([](ScriptedGpu& gpu) { gpu.drain_fails = meter::Absent::unsupported; }), 80U);
  EXPECT_GT(readings_in_10_s([](ScriptedGpu& gpu) { gpu.drain_fails = meter::Absent::failed; }), 80U);
  EXPECT_GT(readings_in_10_s([](ScriptedGpu& gpu) { gpu.ring_period = 200ms; }), 80U);
  EXPECT_GT(readings_in_10_s([](ScriptedGpu& gpu) { gpu.ring_depth = 10; }), 70U);
}

}  // namespace
}  // namespace gpubench::sampler
