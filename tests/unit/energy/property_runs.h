// Simulated runs of GPUs with every combination of sources, and how often the stated interval holds their known energy.
//
// Drawn for each run: which sources there are, their periods, depths, lags and gains, the length of run and interval,
// idle power and its noise, the idle time around the run, what start and end are off by.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "unit/energy/drawn_runs.h"

namespace gpubench::energy {

// Work of others, which goes on before and after the run: it changes at any time, and is never idle for long.
inline const std::string kOthersLoad = "of others, too";

inline const std::vector<std::string>& property_loads() {
  static const std::vector<std::string> loads = {"flat",   "light",       "square 100 ms", "square 137 ms",
                                                 "bursts", "slow bursts", "spikes",        kOthersLoad};
  return loads;
}

// Which sources a GPU has.
struct Sources {
  bool counter = true;
  base::Duration ring_period{};  // of its power samples; zero: it has none
  std::size_t ring_depth = 119;
  base::Duration averaged = 1s;  // what its power readings look back over
};

// High for a time between the two of `on`, low for one between those of `off`.
inline Load random_pieces(unsigned seed, std::pair<double, double> on, std::pair<double, double> off) {
  return [=](PowerSteps& steps, base::Window run) {
    std::mt19937 random(seed);
    bool high = std::bernoulli_distribution(0.5)(random);
    for (base::SteadyTime time = run.start; time < run.end; high = !high) {
      steps.then(time, watts(high ? 650 : 150));
      const auto& [least, most] = high ? on : off;
      time += base::from_seconds(std::uniform_real_distribution<>(least, most)(random) / 1000);
    }
  };
}

inline Load property_load(const std::string& name, Draw& draw) {
  const auto seed = static_cast<unsigned>(draw.random());
  if (name == "flat") return constant_load(690);
  if (name == "light") return constant_load(draw.between(180, 260));
  if (name == "square 100 ms") return square_wave(100ms, 650, 150);
  if (name == "square 137 ms") return square_wave(137ms, 650, 150);
  if (name == "bursts") return random_pieces(seed, {5, 300}, {5, 300});
  if (name == kOthersLoad) return random_pieces(seed, {50, 3000}, {50, 3000});
  if (name == "slow bursts") return random_pieces(seed, {300, 3000}, {300, 3000});
  return random_pieces(seed, {5, 40}, {200, 2000});
}

inline Conditions property_conditions(const Sources& sources, base::Duration interval, base::Duration length, Draw& draw) {
  Conditions conditions;
  conditions.length = length;
  conditions.interval = interval;
  conditions.roll = draw.any_of<base::Duration>({1500ms, 1500ms, 1500ms, 1500ms, 3s, 700ms, 200ms, 0ms});
  conditions.lag = draw.milliseconds(0, 60);
  conditions.phase = draw.milliseconds(0, 100);
  conditions.start_phase = draw.milliseconds(0, 1000);
  draw_sensor(conditions, draw);
  if (draw.between(0, 1) < 0.25) conditions.counter_period = draw.milliseconds(99, 101);
  conditions.fault = [sources](support::ScriptedGpu& gpu, base::Window) {
    if (!sources.counter) gpu.counter_fails = meter::Absent::unsupported;
    if (sources.ring_period > 0ms) {
      gpu.ring_period = sources.ring_period;
      gpu.ring_depth = sources.ring_depth;
    } else {
      gpu.drain_fails = meter::Absent::unsupported;
    }
    gpu.average_over = sources.averaged;
    gpu.reading_period = 100ms;
  };
  return conditions;
}

// Of one run: how its best figure lies to the truth.
struct PropertyOutcome {
  std::string length;  // of the run, in intervals
  std::string roll;
  std::string machine;          // busy: the sampler is late
  std::string method;           // "unknown": no figure
  std::optional<double> share;  // error over half-width
  double relative_width = 0;    // half-width over the energy used
  bool holds = false;
};

inline std::string length_class(double intervals) {
  if (intervals < 0.05) return "less than 0.05";
  if (intervals < 0.2) return "0.05 to 0.2";
  if (intervals < 1) return "0.2 to 1";
  return intervals < 3 ? "1 to 3" : "3 to 10";
}

inline PropertyOutcome property_run(const Sources& sources, const std::string& load, Draw& draw) {
  const base::Duration interval = draw.any_of<base::Duration>({500ms, 1s, 5s, 5s, 10s});
  const double intervals = 0.05 * std::pow(200, draw.between(0, 1));
  const bool very_short = draw.between(0, 1) < 0.1;  // as `true` and `echo` are
  const base::Duration length =
      very_short ? draw.milliseconds(1, 50)
                 : std::max<base::Duration>(50ms, base::from_seconds(base::to_seconds(interval) * intervals));
  Conditions conditions = property_conditions(sources, interval, length, draw);
  if (draw.between(0, 1) < 0.25) conditions.lateness = 20ms;
  conditions.others_load = load == kOthersLoad;
  Load steps = property_load(load, draw);
  if (!conditions.others_load) steps = between_idle_ends(std::move(steps), draw, length);
  const SimulatedRun run = simulate(conditions, steps);
  const GpuEnergy energy = measure_energy(run.series[0], run.run, {watts(700), 1ms});
  PropertyOutcome outcome;
  outcome.length = length_class(base::to_seconds(length) / base::to_seconds(interval));
  outcome.roll = conditions.roll >= 1500ms ? "1.5 s and more" : conditions.roll > 0ms ? "0.2 to 0.7 s" : "none";
  outcome.machine = conditions.lateness > 0ms ? "busy" : "quiet";
  outcome.method = "unknown";
  outcome.holds = true;
  const EnergyEstimate* const best = energy.best();
  if (best == nullptr) return outcome;
  const base::Window real{run.run.start + draw.milliseconds(-1, 1), run.run.end + draw.milliseconds(-1, 1)};
  const base::Energy width = best->uncertainty.comparative();
  outcome.method = method_text(*best);
  outcome.share = std::abs((best->energy - run.truth.used(real)).joules()) / width.joules();
  outcome.relative_width = width / run.used();
  outcome.holds = *outcome.share <= 1;
  return outcome;
}

}  // namespace gpubench::energy
