// What the counter estimate does where the data are not as they should be.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "energy/counter_transitions.h"
#include "simulated_run.h"

namespace gpubench::energy {
namespace {

using Counter = series::MemorySeries<meter::CounterReading>;

constexpr base::SteadyTime kStart{100s};
constexpr base::Window kRun{kStart, kStart + 10s};

meter::CounterReading reading(base::SteadyTime middle, double joules) {
  return {middle - 1500us, middle + 1500us, base::Energy::from_joules(joules)};
}

// One reading a second, 300 W all along.
std::vector<meter::CounterReading> every_second(base::SteadyTime from, base::SteadyTime until) {
  std::vector<meter::CounterReading> readings;
  for (base::SteadyTime time = from; time <= until; time += 1s) {
    readings.push_back(reading(time, 1000 + 300 * base::to_seconds(time - kStart + 10s)));
  }
  return readings;
}

std::string message(std::vector<meter::CounterReading> readings, base::Window run = kRun) {
  const auto estimate = energy_from_counter(Counter(std::move(readings)), run);
  return estimate ? "no error" : estimate.error().message;
}

TEST(CounterEnergy, InterpolatesWithoutIdleAround) {
  const auto estimate = energy_from_counter(Counter(every_second(kStart - 1300ms, kStart + 13s)), kRun);
  ASSERT_TRUE(estimate) << estimate.error().message;
  EXPECT_EQ(estimate->method, EnergyMethod::counter_step_model);
  EXPECT_NEAR(estimate->energy.joules(), 3000, 1e-6);
  EXPECT_EQ(estimate->coverage.fraction(), 1.0);
  EXPECT_EQ(estimate->longest_gap, 1s);
  EXPECT_EQ(estimate->samples, 10U);
}

TEST(CounterEnergy, LongestGapIsFound) {
  auto readings = every_second(kStart - 1300ms, kStart + 13s);
  readings.erase(readings.begin() + 5, readings.begin() + 8);
  EXPECT_EQ(energy_from_counter(Counter(readings), kRun)->longest_gap, 4s);
}

TEST(CounterEnergy, FirstAndLastReadingMayBeAPeriodInside) {
  // Read right at both ends: what the counter showed is up to 100 ms old.
  const auto estimate = energy_from_counter(Counter(every_second(kStart, kStart + 10s)), kRun);
  ASSERT_TRUE(estimate) << estimate.error().message;
  EXPECT_NEAR(estimate->energy.joules(), 3000, 1e-6);
  EXPECT_NEAR(estimate->coverage.fraction(), 1 - 0.05 / 10, 1e-9);
}

TEST(CounterEnergy, NeverExtrapolatesFurther) {
  EXPECT_NE(message(every_second(kStart + 200ms, kStart + 13s)).find("not read before the start"), std::string::npos);
  EXPECT_NE(message(every_second(kStart - 1s, kStart + 9800ms)).find("not read after the end"), std::string::npos);
}

TEST(CounterEnergy, NothingToGoBy) {
  EXPECT_EQ(message({}), "there is no reading of an energy counter");
  EXPECT_NE(message({reading(kStart, 5)}).find("fewer than two readings"), std::string::npos);
  EXPECT_NE(message(every_second(kStart - 20s, kStart - 10s)), "no error");
  EXPECT_NE(message(every_second(kStart + 20s, kStart + 30s)), "no error");
  EXPECT_EQ(message(every_second(kStart, kStart + 10s), {kStart, kStart}), "the run has no duration");
}

TEST(CounterEnergy, RestartIsAnErrorNotAWrap) {
  auto readings = every_second(kStart - 1s, kStart + 12s);
  for (auto one = readings.begin() + 6; one != readings.end(); ++one) one->energy -= base::Energy::from_joules(5000);
  EXPECT_EQ(message(readings).find("the energy counter restarted at"), 0U) << message(readings);
  EXPECT_NE(message(readings).find("5.0 s after the start"), std::string::npos) << message(readings);
}

TEST(CounterEnergy, RestartLongBeforeTheRunDoesNotMatter) {
  auto readings = every_second(kStart - 40s, kStart + 12s);
  for (int i = 0; i < 10; ++i) readings[static_cast<std::size_t>(i)].energy += base::Energy::from_joules(1e6);
  EXPECT_EQ(message(readings), "no error");
}

TEST(CounterEnergy, ImpossibleJumpIsAnError) {
  auto readings = every_second(kStart - 1s, kStart + 12s);
  for (auto one = readings.begin() + 6; one != readings.end(); ++one) one->energy += base::Energy::from_joules(5000);
  EXPECT_NE(message(readings).find("jumped by 5300 J"), std::string::npos) << message(readings);
}

TEST(CounterEnergy, FrozenCounterIsAnError) {
  auto readings = every_second(kStart - 1s, kStart + 12s);
  for (auto one = readings.begin() + 6; one != readings.end(); ++one) one->energy = readings[5].energy;
  EXPECT_NE(message(readings).find("does not move"), std::string::npos) << message(readings);
  std::vector<meter::CounterReading> dense;
  for (base::SteadyTime time = kStart - 1s; time < kStart + 2s; time += 5ms) dense.push_back(reading(time, 77));
  EXPECT_NE(message(dense, {kStart, kStart + 500ms}).find("does not move"), std::string::npos) << message(dense);
}

TEST(CounterEnergy, FaultsOfTheSimulatedGpu) {
  support::ManualClock clock;
  support::ScriptedGpu gpu;
  gpu.script = PowerSteps(watts(300)).script();
  gpu.counter_restart = clock.now() + 5s;
  support::ScriptedGpu frozen = gpu;
  frozen.counter_restart.reset();
  frozen.counter_frozen = clock.now() + 5s;
  support::ScriptedMeter meter(clock, {gpu, frozen});
  auto series = support::memory_series(2);
  const base::Window run{clock.now() + 1s, clock.now() + 10s};
  sampler::SamplerOptions options;
  options.counter_period = 1s;
  support::SimulatedSampler sampler(meter, clock, series, options);
  sampler.run_until(clock.now() + 12s);
  sampler.stop();
  EXPECT_NE(energy_from_counter(*series[0].counter, run).error().message.find("restarted"), std::string::npos);
  EXPECT_NE(energy_from_counter(*series[1].counter, run).error().message.find("does not move"), std::string::npos);
  for (const auto& one : series) {
    const GpuEnergy energy = measure_energy(one, run);
    EXPECT_FALSE(energy.counter);
    EXPECT_EQ(energy.best(), &*energy.ring) << "the ring stands in";
    EXPECT_NEAR(energy.ring->energy.joules(), 2700, 1e-6);
  }
}

TEST(CounterEnergy, EightGpusAreStillAnchored) {
  Conditions conditions;
  conditions.length = 1s;
  conditions.counter_call = 24ms;  // a round of eight
  conditions.lag = 30ms;
  std::mt19937 random(8);
  for (int i = 0; i < 20; ++i) {
    conditions.phase = std::uniform_int_distribution<>(0, 99)(random) * 1ms;
    const SimulatedRun run = simulate(conditions, constant_load(690));
    const auto estimate = energy_from_counter(*run.series[0].counter, run.run, {}, run.series[0].power.get());
    ASSERT_TRUE(estimate);
    EXPECT_EQ(estimate->method, EnergyMethod::counter_idle_anchored);
    EXPECT_LT(std::abs(run.error_of(*estimate)), 0.01);
  }
}

TEST(CounterEnergy, WithoutIdleTheStepModel) {
  Conditions conditions;
  conditions.roll = 0s;
  conditions.length = 30s;
  conditions.idle_after = 690;
  const SimulatedRun run = simulate(conditions, constant_load(690));
  const auto estimate = energy_from_counter(*run.series[0].counter, run.run, {}, run.series[0].power.get());
  ASSERT_TRUE(estimate) << estimate.error().message;
  EXPECT_EQ(estimate->method, EnergyMethod::counter_step_model);
  EXPECT_LT(std::abs(run.error_of(*estimate)), 0.005);
}

TEST(CounterEnergy, WorkOfOthersRightAfterTheRunIsNotItsIdleTime) {
  Conditions conditions;
  conditions.length = 2500ms;
  conditions.others_load = true;
  conditions.fault = [](support::ScriptedGpu& gpu, base::Window) { gpu.drain_fails = meter::Absent::unsupported; };
  const SimulatedRun run = simulate(conditions, [](PowerSteps& steps, base::Window window) {
    steps.then(window.start, watts(25));
    steps.then(window.end - 10s + 120ms, watts(450));
  });
  const auto estimate = energy_from_counter(*run.series[0].counter, run.run);
  ASSERT_TRUE(estimate) << estimate.error().message;
  EXPECT_EQ(estimate->method, EnergyMethod::counter_step_model);
  EXPECT_LE(std::abs((estimate->energy - run.used()).joules()), estimate->uncertainty.comparative().joules());
}

TEST(CounterEnergy, UnsteadyNeighbourIsNotCalledIdle) {
  // Another program's bursts of half a second before the run.
  Conditions conditions;
  const SimulatedRun run = simulate(conditions, [](PowerSteps& steps, base::Window window) {
    steps.then(window.start - 900ms, watts(700)).then(window.start - 400ms, watts(120)).then(window.start, watts(690));
  });
  const auto estimate = energy_from_counter(*run.series[0].counter, run.run, {}, run.series[0].power.get());
  ASSERT_TRUE(estimate) << estimate.error().message;
  EXPECT_EQ(estimate->method, EnergyMethod::counter_step_model);
  EXPECT_LT(std::abs(run.error_of(*estimate)), 0.02);
}

TEST(CounterEnergy, LevelAfterTheRunIsTakenEarly) {
  // A board that cools by 180 W: the mean over the whole roll would be far below the power right after the end.
  Conditions conditions;
  conditions.roll = 5s;
  conditions.idle_after = 300;
  for (int phase = 0; phase < 100; phase += 10) {
    conditions.phase = phase * 1ms;
    const SimulatedRun run = simulate(conditions, constant_load(690));
    const auto estimate = energy_from_counter(*run.series[0].counter, run.run, {}, run.series[0].power.get());
    ASSERT_TRUE(estimate) << estimate.error().message;
    EXPECT_EQ(estimate->method, EnergyMethod::counter_idle_anchored);
    EXPECT_LT(std::abs(run.error_of(*estimate)), 0.004);
    EXPECT_LE(std::abs((estimate->energy - run.used()).joules()), estimate->uncertainty.comparative().joules());
  }
}

TEST(CounterEnergy, SparseReadingsAroundTheRunAreFound) {
  std::vector<meter::CounterReading> readings;
  for (base::SteadyTime time = kStart - 21s; time < kStart + 40s; time += 8s) {
    readings.push_back(reading(time, 300 * base::to_seconds(time - kStart + 60s)));
  }
  const auto estimate = energy_from_counter(Counter(readings), kRun);
  ASSERT_TRUE(estimate) << estimate.error().message;
  EXPECT_NEAR(estimate->energy.joules(), 3000, 1e-6);
}

TEST(CounterEnergy, VeryShortRunsGiveAValueOrAReason) {
  std::mt19937 random(3);
  for (int i = 0; i < 50; ++i) {
    Conditions conditions;
    conditions.length = std::uniform_int_distribution<>(1, 300)(random) * 1ms;
    conditions.phase = std::uniform_int_distribution<>(0, 99)(random) * 1ms;
    conditions.lag = std::uniform_int_distribution<>(0, 60)(random) * 1ms;
    const SimulatedRun run = simulate(conditions, constant_load(690));
    const auto estimate = energy_from_counter(*run.series[0].counter, run.run, {}, run.series[0].power.get());
    if (!estimate) {
      EXPECT_NE(estimate.error().message.find("too short"), std::string::npos);
      continue;
    }
    EXPECT_GT(estimate->energy.joules(), 0);
    EXPECT_NEAR(estimate->energy.joules(), run.used().joules(), 9);
  }
}

TEST(TransitionFinder, DatesAChangeByBothNeighbours) {
  TransitionFinder finder(kStart);
  EXPECT_EQ((*finder.add(reading(kStart, 10)))->uncertainty, 50ms) << "the first reading may be a period old";
  EXPECT_FALSE(*finder.add(reading(kStart + 5ms, 10)));
  const auto dense = *finder.add(reading(kStart + 10ms, 20));
  EXPECT_EQ(dense->time, kStart + 7500us);
  EXPECT_EQ(dense->uncertainty, 2500us);
  EXPECT_EQ(dense->energy.joules(), 20);
  const auto sparse = *finder.add(reading(kStart + 1s, 30));
  EXPECT_EQ(sparse->time, kStart + 950ms);
  EXPECT_EQ(sparse->uncertainty, 50ms);
  EXPECT_FALSE(*finder.add(reading(kStart + 1s, 30))) << "not later";
}

TEST(TransitionFinder, TakesTheBoardsOwnPeriod) {
  meter::SensorTiming slow;
  slow.counter_period = 1s;
  TransitionFinder finder(kStart, slow);
  EXPECT_EQ((*finder.add(reading(kStart, 10)))->uncertainty, 500ms);
}

TEST(CounterEnergy, TheLagIsTheBoardsOwn) {
  SimulatedRun run = simulate({}, constant_load(690));
  const GpuEnergy known = measure_energy(run.series[0], run.run);
  run.series[0].sensor.counter_lag = 500ms;
  run.series[0].sensor.sample_lag = 300ms;
  const GpuEnergy lagging = measure_energy(run.series[0], run.run);
  EXPECT_GE(lagging.counter->uncertainty.standard(), known.counter->uncertainty.standard());
  EXPECT_GT(lagging.ring->uncertainty.standard(), known.ring->uncertainty.standard());
  EXPECT_NE(lagging.counter->uncertainty.terms[0].explanation.find("up to 500 ms"), std::string::npos);
}

struct CounterAt {
  base::Duration at;
  double joules;
};

// A run without idle time around it, of a GPU whose power goes from 60 to 700 W before the sample at `first_high`.
GpuEnergy energy_without_idle_time(base::Duration first_high, int high, const std::vector<CounterAt>& counter,
                                   base::Window run, base::Duration spacing = 20ms) {
  std::vector<series::GpuSeries> series = support::memory_series(1);
  for (int sample = -118; sample < high; ++sample)
    series[0].power->append({kStart + first_high + sample * spacing, watts(sample < 0 ? 60 : 700)});
  for (const CounterAt& reading : counter) {
    const base::SteadyTime time = kStart + reading.at;
    series[0].counter->append({time, time + 4us, base::Energy::from_joules(reading.joules)});
    meter::GpuReading power;
    power.time = time - 200us;
    power.power = watts(60);
    power.utilization = base::Ratio::from_percent(0);
    series[0].readings->append(power);
  }
  return measure_energy(series[0], run, {watts(700), 1ms});
}

void expect_possible(const GpuEnergy& energy, base::Window run) {
  ASSERT_NE(energy.best(), nullptr);
  const double width = energy.best()->uncertainty.comparative().joules();
  EXPECT_LE(energy.best()->energy.joules() - width, 1.005 * 700 * base::to_seconds(run.length()))
      << method_text(*energy.best()) << ' ' << energy.best()->energy.joules() << " +- " << width;
}

// The samples end with the run: that they show nothing after it is no steadiness. Times as read once.
TEST(CounterEnergy, ALoadThatBeganJustBeforeAShortRunWithoutIdleTime) {
  const base::Window run{kStart - 1ms, kStart + 30'450us};
  expect_possible(
      energy_without_idle_time(4183us, 2, {{878us, 999'996.220}, {18'939us, 999'996.220}, {30'652us, 1'000'025.900}}, run),
      run);
}

// Where the only reading beside the start is after it, the time up to that reading must be steady.
TEST(CounterEnergy, ALoadThatBeginsBetweenTheStartAndTheFirstReading) {
  const base::Window run{kStart, kStart + 48'273us};
  expect_possible(
      energy_without_idle_time(
          97us, 3, {{8'277us, 999'996.220}, {23'761us, 1'000'025.900}, {43'318us, 1'000'025.900}, {55'816us, 1'000'025.900}},
          run),
      run);
}

// ... and that as far as the samples may lag. Here they show the load 0.35 ms after the reading.
TEST(CounterEnergy, ALoadThatTheSamplesDoNotShowYetAtTheFirstReading) {
  const base::Window run{kStart, kStart + 723'218us};
  std::vector<CounterAt> counter{{7'150us, 999'995.9}};
  for (base::Duration at = 23'500us; at < 724ms; at += 19'500us)
    counter.push_back({at, 1'000'041.3 + 70 * static_cast<double>((at - 16ms) / 100ms)});
  counter.push_back({723'089us, 1'000'531.3});
  expect_possible(energy_without_idle_time(7'500us, 15, counter, run, 50ms), run);
}

// Another's load begins within the samples' lag before the run: its beginning is not the run's.
TEST(CounterEnergy, MoreThanTheHighestPowerAllowsWidensTheInterval) {
  constexpr double kLag = 20;  // milliseconds, of the counter
  for (const int length : {60, 80, 110, 140}) {
    for (int load = -60; load <= 0; load += 10) {
      for (int phase = 0; phase < 100; phase += 10) {
        std::vector<CounterAt> counter;
        for (int at = -10; at <= length; at += 9) {
          const int tick = (at + 1000 - phase) / 100 * 100 - 1000 + phase;
          const double seen = tick - kLag;
          counter.push_back({at * 1ms, 1e6 + 0.06 * std::min<double>(seen, load) + 0.7 * std::max(0.0, seen - load)});
        }
        SCOPED_TRACE(std::to_string(length) + " ms, load at " + std::to_string(load) + ", ticks at " +
                     std::to_string(phase));
        const base::Window run{kStart, kStart + length * 1ms};
        expect_possible(energy_without_idle_time((load + 50) * 1ms, (length - load - 50) / 20 + 1, counter, run), run);
      }
    }
  }
}

}  // namespace
}  // namespace gpubench::energy
