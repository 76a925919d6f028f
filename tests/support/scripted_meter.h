// GPUs that follow a script, seen the way an H200's driver shows them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "meter/gpu_meter.h"
#include "platform/clock.h"
#include "support/power_script.h"

namespace gpubench::support {

struct ScriptedGpu {
  PowerScript script;
  base::Duration counter_period = std::chrono::milliseconds(100);
  base::Duration counter_phase{};  // of its updates
  base::Duration counter_lag{};    // from an update to its publication
  // The latest update by then, if not on that grid; asked for in time order, at each call.
  std::function<base::SteadyTime(base::SteadyTime)> counter_update = {};
  base::Duration counter_call = std::chrono::milliseconds(3);    // how long a call takes
  base::Energy counter_offset = base::Energy::from_joules(5e6);  // used since the driver was loaded
  std::optional<base::SteadyTime> counter_restart;               // counts from 0 again from then on
  std::optional<base::SteadyTime> counter_frozen;                // does not move from then on
  std::optional<base::Power> counter_rate;                       // counts this whatever the load
  std::optional<base::SteadyTime> counter_jump;                  // counts counter_jump_by at once then
  base::Energy counter_jump_by = base::Energy::from_joules(1500);
  base::Duration ring_period = std::chrono::milliseconds(20);
  std::size_t ring_depth = 119;
  base::Duration ring_lag{};                    // of what a sample shows behind its own time
  std::optional<base::SteadyTime> ring_glitch;  // the sample from then on says ring_glitch_says
  base::Power ring_glitch_says = base::Power::from_watts(70000);
  double ring_gain = 1;                                   // its power to that which the counter integrates
  base::Duration average_over = std::chrono::seconds(1);  // the driver's averaged power
  base::Duration reading_period{};                        // it is renewed this often; zero: all the time
  std::optional<meter::Absent> read_fails;                // what the calls answer instead
  std::optional<meter::Absent> counter_fails;
  std::optional<meter::Absent> drain_fails;
};

// Works on any clock: a call that takes time sleeps on it. One thread, as every meter.
class ScriptedMeter final : public meter::GpuMeter {
 public:
  ScriptedMeter(const platform::Clock& clock, std::vector<ScriptedGpu> gpus) : clock_(clock), scripts_(std::move(gpus)) {
    source_.description = "script";
    for (std::size_t i = 0; i < scripts_.size(); ++i) {
      meter::GpuDescription description;
      description.index = static_cast<int>(i);
      description.name = "Scripted GPU";
      description.uuid = "GPU-script-" + std::to_string(i);
      description.power_limit = base::Power::from_watts(700);
      description.memory_total = base::Bytes::from_mebibytes(143771);
      gpus_.push_back(description);
    }
    next_sample_.resize(scripts_.size(), std::numeric_limits<std::int64_t>::min());
  }

  [[nodiscard]] const meter::MeterSource& source() const override { return source_; }
  [[nodiscard]] const std::vector<meter::GpuDescription>& gpus() const override { return gpus_; }
  // To change the script on the way.
  ScriptedGpu& script(std::size_t gpu) { return scripts_[gpu]; }

  meter::GpuReading read(std::size_t gpu) override {
    const ScriptedGpu& script = scripts_[gpu];
    meter::GpuReading reading;
    reading.time = clock_.now();
    if (script.read_fails) {
      reading.power = meter::absent(*script.read_fails);
      return reading;
    }
    const base::SteadyTime renewed =
        script.reading_period > base::Duration::zero()
            ? base::SteadyTime{reading.time.time_since_epoch() / script.reading_period * script.reading_period}
            : reading.time;
    reading.power = mean_power(script, {renewed - script.average_over, renewed});
    reading.utilization =
        base::Ratio::from_fraction(script.script.power(reading.time) > base::Power::from_watts(200) ? 1 : 0);
    reading.temperature = base::Temperature::from_celsius(40);
    reading.memory_used = base::Bytes::from_mebibytes(1024);
    return reading;
  }

  meter::Field<meter::CounterReading> read_energy_counter(std::size_t gpu) override {
    const ScriptedGpu& script = scripts_[gpu];
    if (script.counter_fails) return meter::absent(*script.counter_fails);
    const base::SteadyTime before = clock_.now();
    clock_.sleep_until(before + script.counter_call);
    return meter::CounterReading{before, clock_.now(), counter_at(script, before + script.counter_call / 2)};
  }

  meter::Field<std::vector<meter::PowerSample>> drain_power(std::size_t gpu) override {
    const ScriptedGpu& script = scripts_[gpu];
    if (script.drain_fails) return meter::absent(*script.drain_fails);
    const std::int64_t last = clock_.now().time_since_epoch() / script.ring_period;
    const std::int64_t oldest = last - static_cast<std::int64_t>(script.ring_depth) + 1;
    std::vector<meter::PowerSample> samples;
    for (std::int64_t i = std::max(oldest, next_sample_[gpu]); i <= last; ++i) {
      const base::SteadyTime time{i * script.ring_period};
      const base::SteadyTime shown = time - script.ring_lag;
      samples.push_back({time, mean_power(script, {shown - script.ring_period, shown}) * script.ring_gain});
      if (script.ring_glitch && time >= *script.ring_glitch && time - *script.ring_glitch < script.ring_period)
        samples.back().power = script.ring_glitch_says;
    }
    next_sample_[gpu] = last + 1;
    return samples;
  }

 private:
  static base::Power mean_power(const ScriptedGpu& gpu, base::Window window) {
    return gpu.script.used(window) / window.length();
  }

  static base::Energy counter_at(const ScriptedGpu& gpu, base::SteadyTime time) {
    if (gpu.counter_frozen) time = std::min(time, *gpu.counter_frozen);
    const base::Duration since = time.time_since_epoch() - gpu.counter_lag - gpu.counter_phase;
    const base::SteadyTime update =
        gpu.counter_update ? gpu.counter_update(time - gpu.counter_lag)
                           : base::SteadyTime{since / gpu.counter_period * gpu.counter_period + gpu.counter_phase};
    base::Energy energy = gpu.script.energy(update) + gpu.counter_offset;
    if (gpu.counter_rate) energy = *gpu.counter_rate * update.time_since_epoch();
    if (gpu.counter_jump && update >= *gpu.counter_jump) energy += gpu.counter_jump_by;
    if (gpu.counter_restart && time >= *gpu.counter_restart) {
      energy = gpu.script.energy(std::max(update, *gpu.counter_restart)) - gpu.script.energy(*gpu.counter_restart);
    }
    return base::Energy::from_millijoules(std::floor(energy.joules() * 1e3));
  }

  const platform::Clock& clock_;
  meter::MeterSource source_;
  std::vector<meter::GpuDescription> gpus_;
  std::vector<ScriptedGpu> scripts_;
  std::vector<std::int64_t> next_sample_;  // of the ring, by GPU: not returned yet
};

}  // namespace gpubench::support
