// What an H200 really gave: its recorded trace, sampled on a simulated clock the way the tool does it.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "meter/open.h"
#include "support/places/places.h"
#include "unit/energy/simulated_run.h"

namespace gpubench::energy {
namespace {

struct Recorded {
  base::Window run;
  std::vector<series::GpuSeries> series;
};

// The part of the trace from `start` to `end`, with the tool's idle time around it.
Recorded play(base::Duration start, base::Duration end, base::Duration roll = 1500ms) {
  support::ManualClock clock;
  auto meter = meter::open_meter({"replay:" + support::source_folder() + "/traces/h200.trace", {}, {}}, clock);
  EXPECT_TRUE(meter) << meter.error().message;
  Recorded recorded;
  recorded.series = support::memory_series(1);
  const base::SteadyTime origin = clock.now();
  static_cast<void>((*meter)->read(0));  // the trace begins
  recorded.run = {origin + start, origin + end};
  clock.sleep_until(recorded.run.start - roll);
  sampler::SamplerOptions options;
  options.interval = 1s;
  support::SimulatedSampler sampler(**meter, clock, recorded.series, options);
  sampler.idle(sampler::Idle::before_the_workload, roll);
  sampler.run_until(recorded.run.start);
  sampler.restart_interval();
  sampler.run_until(recorded.run.end);
  sampler.idle(sampler::Idle::after_the_workload, roll);
  sampler.run_until(recorded.run.end + roll);
  sampler.stop();
  return recorded;
}

TEST(H200Trace, WholeLoadByCounterAndPowerSamples) {
  const Recorded recorded = play(4s, 50800ms);
  const GpuEnergy energy = measure_energy(recorded.series[0], recorded.run, {watts(700)});
  ASSERT_TRUE(energy.counter && energy.ring && energy.average);
  EXPECT_EQ(energy.counter->method, EnergyMethod::counter_idle_anchored);
  EXPECT_EQ(energy.check.state, CounterState::trusted) << energy.check.reason;
  EXPECT_NEAR(energy.check.slope->fraction(), 1, 0.1);
  EXPECT_NEAR(energy.ring->energy / energy.counter->energy, 1, 0.005);
  EXPECT_NEAR(energy.average->energy / energy.counter->energy, 1, 0.02);
  EXPECT_TRUE(energy.idle.settled) << energy.idle.doubt;
  EXPECT_NEAR(energy.idle.before->power.watts(), 79, 3);
  EXPECT_TRUE(energy.idle.above);
  EXPECT_LT(energy.counter->uncertainty.comparative() / energy.counter->energy, 0.001);
  EXPECT_NEAR(energy.counter->uncertainty.absolute() / energy.counter->energy, 0.058, 0.001);
}

TEST(H200Trace, PartsOfTheLoadAreTrustedToo) {
  for (const auto& [start, end] : {std::pair{4s, 21s}, std::pair{24s, 30s}, std::pair{30s, 50s}}) {
    const Recorded recorded = play(start, end, start == 4s ? base::Duration(1500ms) : base::Duration(0s));
    const GpuEnergy energy = measure_energy(recorded.series[0], recorded.run, {watts(700)});
    ASSERT_TRUE(energy.counter && energy.ring);
    EXPECT_EQ(energy.check.state, CounterState::trusted) << energy.check.reason;
  }
}

}  // namespace
}  // namespace gpubench::energy
