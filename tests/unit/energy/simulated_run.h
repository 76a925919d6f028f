// A run on a simulated H200: idle, load, slowly cooling idle, sampled the way the tool does it.
#pragma once

#include <functional>
#include <random>
#include <vector>

#include "energy/counter_energy.h"
#include "energy/gpu_energy.h"
#include "energy/power_energy.h"
#include "energy/split_energy.h"
#include "support/manual_clock.h"
#include "support/scripted_meter.h"
#include "support/simulated_sampler.h"

namespace gpubench::energy {

using namespace std::chrono_literals;
using support::PowerSteps;

inline base::Power watts(double value) {
  return base::Power::from_watts(value);
}

// Adds the load's steps from the start of the window until its end.
using Load = std::function<void(PowerSteps&, base::Window)>;

inline Load constant_load(double power) {
  return [=](PowerSteps& steps, base::Window run) { steps.then(run.start, watts(power)); };
}

inline Load square_wave(base::Duration period, double high, double low) {
  return [=](PowerSteps& steps, base::Window run) {
    for (base::SteadyTime time = run.start; time < run.end; time += period) {
      steps.then(time, watts(high));
      if (time + period / 2 < run.end) steps.then(time + period / 2, watts(low));
    }
  };
}

// Bursts and pauses of 5 to 300 ms.
inline Load random_bursts(unsigned seed) {
  return [=](PowerSteps& steps, base::Window run) {
    std::mt19937 random(seed);
    bool high = true;
    for (base::SteadyTime time = run.start; time < run.end; high = !high) {
      steps.then(time, watts(high ? 650 : 150));
      time += std::uniform_int_distribution<>(5, 300)(random) * 1ms;
    }
  };
}

// What goes wrong at a moment of the run.
struct Event {
  base::Duration after;  // the start
  std::function<void(support::ManualClock&, support::ScriptedGpu&)> happens;
};

struct Conditions {
  base::Duration length = 5s;
  base::Duration roll = 1500ms;  // idle before and after; zero: none
  base::Duration lag{};
  base::Duration phase{};             // of the counter's updates
  base::Duration start_phase{};       // of the sampler
  base::Duration counter_call = 3ms;  // times the number of GPUs: the time between two readings of one
  base::Duration interval = 1s;
  double idle = 120;
  double idle_after = 160;  // falls back to idle with a time constant of 3 s
  double idle_noise = 0;    // W, standard deviation, new every 10 ms
  unsigned noise_seed = 1;
  base::Duration counter_period = 100ms;
  base::Duration ring_lag{};
  double ring_gain = 1;
  std::function<void(support::ScriptedGpu&, base::Window)> fault = {};  // of the GPU from the beginning
  std::vector<Event> events = {};                                       // in time order
  base::Duration lateness{};  // of a third of the sampler's wakes, the mean; zero: all are in time
  bool others_load = false;   // the load goes on before and after the run, as another's work on the GPU does
};

struct SimulatedRun {
  base::Window run;
  support::PowerScript truth;
  std::vector<series::GpuSeries> series;

  [[nodiscard]] base::Energy used() const { return truth.used(run); }
  [[nodiscard]] double error_of(const EnergyEstimate& estimate) const { return (estimate.energy - used()) / used(); }
};

// `level`: power by the time since `from`.
inline void add_idle(PowerSteps& steps, base::SteadyTime from, base::Duration length, const Conditions& conditions,
                     const std::function<double(double)>& level) {
  std::mt19937 random(conditions.noise_seed + static_cast<std::uint64_t>(from.time_since_epoch().count() % 1'000'003));
  std::normal_distribution<> noise;
  for (base::Duration since{}; since < length; since += 10ms)
    steps.then(from + since, watts(level(base::to_seconds(since)) + conditions.idle_noise * noise(random)));
}

inline void cool_down(PowerSteps& steps, base::SteadyTime from, const Conditions& conditions) {
  add_idle(steps, from, 10s, conditions, [&](double seconds) {
    return conditions.idle + (conditions.idle_after - conditions.idle) * std::exp(-seconds / 3);
  });
}

// On a machine with other work.
inline std::function<base::Duration()> lateness_of(const Conditions& conditions) {
  if (conditions.lateness == base::Duration::zero()) return {};
  return [random = std::mt19937(conditions.noise_seed), mean = base::to_seconds(conditions.lateness)]() mutable {
    if (!std::bernoulli_distribution(1.0 / 3)(random)) return base::Duration{};
    return base::from_seconds(std::min(0.5, std::exponential_distribution<>(1 / mean)(random)));
  };
}

inline SimulatedRun simulate(const Conditions& conditions, const Load& load) {
  support::ManualClock clock;
  clock.advance(conditions.start_phase);
  SimulatedRun result;
  result.run.start = clock.now() + conditions.roll;
  result.run.end = result.run.start + conditions.length;
  PowerSteps steps(watts(conditions.idle));
  const base::Duration before = conditions.roll + 300ms;
  if (conditions.others_load) {
    load(steps, {result.run.start - before, result.run.end + 10s});
  } else {
    add_idle(steps, result.run.start - before, before, conditions, [&](double) { return conditions.idle; });
    load(steps, result.run);
    cool_down(steps, result.run.end, conditions);
  }
  result.truth = steps.script();

  support::ScriptedGpu gpu;
  gpu.script = result.truth;
  gpu.counter_lag = conditions.lag;
  gpu.counter_phase = conditions.phase;
  gpu.counter_period = conditions.counter_period;
  gpu.ring_lag = conditions.ring_lag;
  gpu.ring_gain = conditions.ring_gain;
  gpu.counter_call = conditions.counter_call;
  if (conditions.fault) conditions.fault(gpu, result.run);
  support::ScriptedMeter meter(clock, {gpu});
  result.series = support::memory_series(1);
  sampler::SamplerOptions options;
  options.interval = conditions.interval;
  support::SimulatedSampler sampler(meter, clock, result.series, options);
  sampler.wake_late(lateness_of(conditions));
  sampler.idle(sampler::Idle::before_the_workload, conditions.roll);
  sampler.run_until(result.run.start);
  sampler.restart_interval();
  for (const Event& event : conditions.events) {
    sampler.run_until(result.run.start + event.after);
    event.happens(clock, meter.script(0));
  }
  sampler.run_until(result.run.end);
  sampler.idle(sampler::Idle::after_the_workload, conditions.roll);
  sampler.run_until(result.run.end + conditions.roll);
  sampler.stop();
  return result;
}

}  // namespace gpubench::energy
