// A GPU whose power is known, as its lagging samples show it, and marks in it.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "energy/energy_estimate.h"
#include "phases/account.h"
#include "phases/mark_collector.h"
#include "phases/mark_lines.h"
#include "series/gpu_series.h"
#include "support/power_script.h"

namespace gpubench::phases {

using namespace std::chrono_literals;
using support::PowerSteps;

inline constexpr base::SteadyTime kStart{100s};

inline base::Power watts(double value) {
  return base::Power::from_watts(value);
}

struct Sensor {
  base::Duration lag = 30ms;  // from a change of power to the middle of its showing
  double noise = 0;           // watts, standard deviation
  unsigned seed = 1;
  base::Duration spacing = 20ms;
  base::Duration offset{};  // of the samples' times
  base::Duration averaged = 20ms;
};

// Samples from 2 s before the run until 2 s after it.
inline series::GpuSeries samples_of(const support::PowerScript& truth, base::Window run, const Sensor& sensor = {}) {
  std::vector<meter::PowerSample> samples;
  std::mt19937 random(sensor.seed);
  std::normal_distribution<> noise(0, 1);
  for (base::SteadyTime time = run.start - 2s + sensor.offset; time < run.end + 2s; time += sensor.spacing) {
    const base::Window seen{time - sensor.lag - sensor.averaged / 2, time - sensor.lag + sensor.averaged / 2};
    samples.push_back({time, truth.used(seen) / sensor.averaged + watts(noise(random) * sensor.noise)});
  }
  series::GpuSeries gpu;
  gpu.power = std::make_unique<series::MemorySeries<meter::PowerSample>>(std::move(samples));
  gpu.readings = std::make_unique<series::MemorySeries<meter::GpuReading>>();
  return gpu;
}

// A board without power samples: the driver's average over a second, read this often until 2 s after the run.
inline series::GpuSeries readings_of(const support::PowerScript& truth, base::Window run, base::Duration spacing) {
  std::vector<meter::GpuReading> readings;
  for (base::SteadyTime time = run.start - 2s; time < run.end + 2s; time += spacing) {
    meter::GpuReading reading;
    reading.time = time;
    reading.power = truth.used({time - 1s, time}) / base::Duration(1s);
    readings.push_back(reading);
  }
  series::GpuSeries gpu;
  gpu.readings = std::make_unique<series::MemorySeries<meter::GpuReading>>(std::move(readings));
  return gpu;
}

// A load as boards draw it: more at first, by a third that decays within 50 ms, and 3 % that changes every 7 ms. Its end.
inline base::SteadyTime add_load(PowerSteps& steps, base::Window load, base::Power low, base::Power high, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<> scatter(0, 0.03);
  for (base::SteadyTime time = load.start; time < load.end; time += 7ms) {
    const double overshoot = 0.33 * std::exp(-base::to_seconds(time - load.start) / 0.05);
    steps.then(time, high * (1 + scatter(random)) + (high - low) * overshoot);
  }
  steps.then(load.end, low);
  return load.end;
}

inline energy::EnergyEstimate whole_of(const support::PowerScript& truth, base::Window run) {
  energy::EnergyEstimate whole;
  whole.energy = truth.used(run);
  return whole;
}

inline std::optional<PhaseAccount> account_of(MarkCollector& marks, const support::PowerScript& truth, base::Window run,
                                              const series::GpuSeries& gpu) {
  const energy::EnergyEstimate whole = whole_of(truth, run);
  const std::vector<GpuPart> parts{{&gpu, &whole}};
  return account_phases(marks.finish(run.end), run, parts);
}

inline std::optional<PhaseAccount> account_of(MarkCollector& marks, const support::PowerScript& truth, base::Window run,
                                              const Sensor& sensor = {}) {
  return account_of(marks, truth, run, samples_of(truth, run, sensor));
}

}  // namespace gpubench::phases
