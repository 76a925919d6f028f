// Whatever breaks, the energy lies inside its stated interval, or it is said that it cannot be given.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "simulated_run.h"

namespace gpubench::energy {
namespace {

using Fault = std::function<void(support::ScriptedGpu&, base::Window)>;

GpuEnergy measured(const SimulatedRun& run) {
  return measure_energy(run.series[0], run.run, {watts(700)});
}

void expect_inside_or_unknown(const SimulatedRun& run, const GpuEnergy& energy, const std::string& what) {
  const EnergyEstimate* best = energy.best();
  if (best == nullptr) return;
  const double off = std::abs((best->energy - run.used()).joules());
  EXPECT_LE(off, best->uncertainty.comparative().joules())
      << what << ": " << best->energy.joules() << " J by " << method_text(*best) << ", truth " << run.used().joules()
      << " J, counter " << state_text(energy.check.state);
}

std::vector<Load> faulty_loads() {
  return {constant_load(690), square_wave(137ms, 650, 150), random_bursts(5), [](PowerSteps& steps, base::Window window) {
            steps.then(window.start + 2s, watts(690)).then(window.end - 2s, watts(130));
          }};
}

// Over loads, lengths and phases.
void for_many_runs(const Fault& fault, const std::vector<Event>& events,
                   const std::function<void(const SimulatedRun&, const GpuEnergy&)>& look) {
  int phase = 0;
  for (const Load& load : faulty_loads()) {
    for (const base::Duration length : {base::Duration(5s), base::Duration(20s)}) {
      Conditions conditions;
      conditions.length = length;
      conditions.phase = (phase++ * 37 % 100) * 1ms;
      conditions.lag = 30ms;
      conditions.fault = fault;
      conditions.events = events;
      const SimulatedRun run = simulate(conditions, load);
      look(run, measured(run));
    }
  }
}

void expect_method(const Fault& fault, EnergyMethod method, CounterState state, const std::string& what) {
  for_many_runs(fault, {}, [&](const SimulatedRun& run, const GpuEnergy& energy) {
    ASSERT_NE(energy.best(), nullptr) << what;
    EXPECT_EQ(energy.best()->method, method) << what;
    EXPECT_EQ(energy.check.state, state) << what << " " << energy.check.reason;
    expect_inside_or_unknown(run, energy, what);
  });
}

TEST(Faults, NoneIsTrusted) {
  expect_method({}, EnergyMethod::counter_idle_anchored, CounterState::trusted, "no fault");
}

TEST(Faults, CounterUnsupported) {
  expect_method([](auto& gpu, auto) { gpu.counter_fails = meter::Absent::unsupported; }, EnergyMethod::power_ring,
                CounterState::unavailable, "unsupported");
}

TEST(Faults, CounterFrozen) {
  expect_method([](auto& gpu, base::Window run) { gpu.counter_frozen = run.start + 2s; }, EnergyMethod::power_ring,
                CounterState::unavailable, "frozen");
}

TEST(Faults, CounterOfConstantRate) {
  for (const double rate : {50.0, 339.0, 600.0}) {
    for_many_runs([&](auto& gpu, auto) { gpu.counter_rate = watts(rate); }, {},
                  [&](const SimulatedRun& run, const GpuEnergy& energy) {
                    EXPECT_EQ(energy.check.state, CounterState::broken) << rate;
                    ASSERT_NE(energy.best(), nullptr);
                    EXPECT_EQ(energy.best()->method, EnergyMethod::power_ring);
                    EXPECT_TRUE(energy.counter) << "it is still shown";
                    expect_inside_or_unknown(run, energy, "constant rate");
                  });
  }
}

TEST(Faults, CounterRestartsInMidRun) {
  expect_method([](auto& gpu, base::Window run) { gpu.counter_restart = run.start + 2500ms; }, EnergyMethod::power_ring,
                CounterState::unavailable, "restart");
}

TEST(Faults, CounterJumps) {
  for (const double by : {150.0, 400.0, 1500.0, 1e6}) {
    for_many_runs(
        [&](auto& gpu, base::Window run) {
          gpu.counter_jump = run.start + 2500ms;
          gpu.counter_jump_by = base::Energy::from_joules(by);
        },
        {},
        [&](const SimulatedRun& run, const GpuEnergy& energy) {
          expect_inside_or_unknown(run, energy, "jump by " + std::to_string(by));
        });
  }
}

TEST(Faults, RingUnsupported) {
  expect_method([](auto& gpu, auto) { gpu.drain_fails = meter::Absent::unsupported; }, EnergyMethod::counter_idle_anchored,
                CounterState::trusted, "no ring: held against the average");
}

// The interval is longer than the run: no reading of it lies in the run.
TEST(Faults, NoRingInShortRuns) {
  for (const bool counter : {true, false}) {
    for (const base::Duration length :
         {base::Duration(400ms), base::Duration(1s), base::Duration(3s), base::Duration(12s)}) {
      Conditions conditions;
      conditions.length = length;
      conditions.interval = 5s;
      conditions.lag = 30ms;
      conditions.fault = [=](support::ScriptedGpu& gpu, base::Window) {
        gpu.drain_fails = meter::Absent::unsupported;
        if (!counter) gpu.counter_fails = meter::Absent::unsupported;
      };
      const SimulatedRun run = simulate(conditions, constant_load(690));
      const GpuEnergy energy = measured(run);
      ASSERT_NE(energy.best(), nullptr);
      expect_inside_or_unknown(run, energy, "no ring, " + std::to_string(base::to_seconds(length)));
      EXPECT_LT(energy.best()->uncertainty.comparative() / run.used(), counter ? 0.1 : 0.25);
      if (counter) {
        EXPECT_EQ(energy.check.state, CounterState::trusted) << energy.check.reason;
      }
    }
  }
}

TEST(Faults, SlowOrShallowRing) {
  for (const auto& [period, depth] :
       {std::pair<base::Duration, std::size_t>{100ms, 119}, {200ms, 119}, {1s, 119}, {20ms, 10}}) {
    for (const bool counter : {true, false}) {
      const auto fault = [&, ring_period = period, ring_depth = depth](support::ScriptedGpu& gpu, base::Window) {
        gpu.ring_period = ring_period;
        gpu.ring_depth = ring_depth;
        if (!counter) gpu.counter_fails = meter::Absent::unsupported;
      };
      for_many_runs(fault, {}, [&](const SimulatedRun& run, const GpuEnergy& energy) {
        ASSERT_NE(energy.best(), nullptr);
        expect_inside_or_unknown(run, energy, "ring every " + std::to_string(base::to_seconds(run.run.length())));
        if (counter) {
          EXPECT_NE(energy.check.state, CounterState::broken) << energy.check.reason;
        }
      });
    }
  }
}

// One sample of 70 kW or 4.29 MW is a failed one: it moves no figure.
TEST(Faults, OneImpossibleSample) {
  for (const bool counter : {true, false}) {
    for (const double says : {70'000.0, 4.29e6}) {
      const auto fault = [&](support::ScriptedGpu& gpu, base::Window run) {
        gpu.ring_glitch = run.start + 1s;
        gpu.ring_glitch_says = watts(says);
        if (!counter) gpu.counter_fails = meter::Absent::unsupported;
      };
      for_many_runs(fault, {}, [&](const SimulatedRun& run, const GpuEnergy& energy) {
        ASSERT_NE(energy.best(), nullptr);
        expect_inside_or_unknown(run, energy, "one impossible sample");
        EXPECT_LT(energy.best()->uncertainty.comparative() / run.used(), 0.05);
        if (counter) {
          EXPECT_EQ(energy.check.state, CounterState::trusted) << energy.check.reason;
        }
      });
    }
  }
}

// The timing of the counter's changes counts at the level of the power, however flat it is.
TEST(Faults, FlatPowerIsNoJump) {
  for (int round = 0; round < 40; ++round) {
    Conditions conditions;
    conditions.length = 500ms + round % 4 * 500ms;
    conditions.roll = 1s;
    conditions.idle = conditions.idle_after = 100;
    conditions.phase = round * 7ms;
    conditions.lag = 30ms;
    const GpuEnergy energy = measured(simulate(conditions, constant_load(100)));
    EXPECT_EQ(energy.check.state, CounterState::trusted) << energy.check.reason;
  }
}

TEST(Faults, NeitherCounterNorRing) {
  expect_method(
      [](auto& gpu, auto) {
        gpu.drain_fails = meter::Absent::unsupported;
        gpu.counter_fails = meter::Absent::unsupported;
      },
      EnergyMethod::average_power, CounterState::unavailable, "average only");
}

TEST(Faults, NothingAtAllIsUnknown) {
  for_many_runs(
      [](auto& gpu, auto) {
        gpu.drain_fails = meter::Absent::failed;
        gpu.counter_fails = meter::Absent::failed;
        gpu.read_fails = meter::Absent::failed;
      },
      {}, [](const SimulatedRun&, const GpuEnergy& energy) { EXPECT_EQ(energy.best(), nullptr); });
}

TEST(Faults, SamplerStalled) {
  for (const base::Duration stall : {base::Duration(300ms), base::Duration(3s), base::Duration(10s)}) {
    const std::vector<Event> events{{1500ms, [&](support::ManualClock& clock, auto&) { clock.advance(stall); }}};
    for_many_runs({}, events, [&](const SimulatedRun& run, const GpuEnergy& energy) {
      expect_inside_or_unknown(run, energy, "stall of " + std::to_string(base::to_seconds(stall)));
      if (stall < 2s) return;
      EXPECT_LT(energy.ring->coverage, kLeastCoverage);
      EXPECT_EQ(energy.check.against.find("power samples"), std::string_view::npos);
    });
    for_many_runs([](auto& gpu, auto) { gpu.counter_fails = meter::Absent::unsupported; }, events,
                  [&](const SimulatedRun& run, const GpuEnergy& energy) {
                    expect_inside_or_unknown(run, energy, "stall without a counter");
                  });
  }
}

TEST(Faults, GpuLostAtAnyMoment) {
  for (const base::Duration moment :
       {base::Duration(1ms), base::Duration(800ms), base::Duration(2s), base::Duration(4900ms)}) {
    const std::vector<Event> events{{moment, [](support::ManualClock&, support::ScriptedGpu& gpu) {
                                       gpu.read_fails = meter::Absent::gpu_lost;
                                       gpu.counter_fails = meter::Absent::gpu_lost;
                                       gpu.drain_fails = meter::Absent::gpu_lost;
                                     }}};
    for_many_runs({}, events, [&](const SimulatedRun& run, const GpuEnergy& energy) {
      expect_inside_or_unknown(run, energy, "lost at " + std::to_string(base::to_seconds(moment)));
      EXPECT_TRUE(energy.best() == nullptr || energy.best()->coverage.fraction() < 1);
    });
  }
}

// Fails for 200 ms of each second, another share of it at each round.
std::vector<Event> now_and_then(const std::function<void(support::ScriptedGpu&, std::optional<meter::Absent>)>& set) {
  std::vector<Event> events;
  for (int i = 1; i < 4; ++i) {
    const base::Duration at = i * 1s + i * 300ms;
    events.push_back({at, [set](support::ManualClock&, support::ScriptedGpu& gpu) { set(gpu, meter::Absent::failed); }});
    events.push_back({at + 800ms, [set](support::ManualClock&, support::ScriptedGpu& gpu) { set(gpu, std::nullopt); }});
  }
  return events;
}

TEST(Faults, EachCallFailsNowAndThen) {
  const auto look = [](const SimulatedRun& run, const GpuEnergy& energy) {
    ASSERT_NE(energy.best(), nullptr);
    expect_inside_or_unknown(run, energy, "now and then");
  };
  for_many_runs({}, now_and_then([](auto& gpu, auto why) { gpu.read_fails = why; }), look);
  for_many_runs({}, now_and_then([](auto& gpu, auto why) { gpu.counter_fails = why; }), look);
  for_many_runs({}, now_and_then([](auto& gpu, auto why) { gpu.drain_fails = why; }), look);
}

TEST(Faults, PartsAddUpWhateverTheMethod) {
  for_many_runs([](auto& gpu, auto) { gpu.counter_rate = watts(100); }, {},
                [](const SimulatedRun& run, const GpuEnergy& energy) {
                  const std::vector<base::SteadyTime> cuts{run.run.start + 1s, run.run.start + 3s};
                  base::Energy sum;
                  for (const base::Energy part : split_energy(run.series[0], run.run, *energy.best(), cuts)) sum += part;
                  EXPECT_NEAR(sum / energy.best()->energy, 1, 1e-12);
                });
}

TEST(Faults, DisputedCounterHasAWiderInterval) {
  Conditions conditions;
  conditions.length = 20s;
  conditions.fault = [](support::ScriptedGpu& gpu, base::Window run) {
    gpu.counter_jump = run.start + 2500ms;
    gpu.counter_jump_by = base::Energy::from_joules(700);
  };
  const SimulatedRun run = simulate(conditions, constant_load(690));
  const GpuEnergy energy = measured(run);
  EXPECT_EQ(energy.check.state, CounterState::disputed);
  EXPECT_EQ(energy.best()->method, EnergyMethod::counter_idle_anchored);
  EXPECT_GT(energy.best()->uncertainty.comparative().joules(), 700);
  expect_inside_or_unknown(run, energy, "disputed");
}

}  // namespace
}  // namespace gpubench::energy
