// What is drawn for each simulated run whose stated interval is counted: a sensor of its own, and idle ends of the load.
#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

#include "unit/energy/simulated_run.h"

namespace gpubench::energy {

struct Draw {
  std::mt19937 random;
  double between(double low, double high) { return std::uniform_real_distribution<>(low, high)(random); }
  double normal(double deviation) { return std::normal_distribution<>(0, deviation)(random); }
  base::Duration milliseconds(double low, double high) { return base::from_seconds(between(low, high) / 1000); }
  template <class T>
  T any_of(const std::vector<T>& values) {
    return values[std::uniform_int_distribution<std::size_t>(0, values.size() - 1)(random)];
  }
};

// Some milliseconds of the process before its first kernel and after its last one.
inline Load between_idle_ends(Load load, Draw& draw, base::Duration length) {
  const base::Duration lead = std::min(draw.milliseconds(15, 40), length / 4);
  const base::Duration tail = std::min(draw.milliseconds(1, 10), length / 4);
  return [=](PowerSteps& steps, base::Window run) {
    steps.then(run.start, steps.power(run.start));
    load(steps, {run.start + lead, run.end - tail});
    steps.then(run.end - tail, watts(180));
  };
}

// Periods, lag and gain of the sensor, the idle power and its noise.
inline void draw_sensor(Conditions& conditions, Draw& draw) {
  conditions.counter_period = draw.milliseconds(99.998, 100.002);
  conditions.counter_call = draw.milliseconds(3, 5);
  conditions.ring_lag = draw.milliseconds(0, 40);
  conditions.ring_gain = 1 + draw.normal(0.001);
  conditions.idle = draw.between(60, 130);
  conditions.idle_after = conditions.idle + draw.between(20, 60);
  conditions.idle_noise = 3;
  conditions.noise_seed = static_cast<unsigned>(draw.random());
}

}  // namespace gpubench::energy
