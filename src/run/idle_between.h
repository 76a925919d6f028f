// The idle time between two runs of a set: the GPUs are read on through it, so that it serves both. Each run's series hold
// all of it that concerns them.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "meter/gpu_meter.h"
#include "meter/spec.h"
#include "platform/clock.h"
#include "record/benchmark_gpus.h"
#include "sampler/sampler.h"
#include "series/gpu_series.h"

namespace gpubench::run {

class IdleBetween {
 public:
  // `roll`: of a run by itself. One shorter than what the idle power is taken from leaves nothing to share.
  explicit IdleBetween(base::Duration roll) : roll_(roll) {}

  // That of the run before, which is being read; or a new one, as meter::open_meter opens it.
  base::Result<std::shared_ptr<meter::GpuMeter>> open_meter(const meter::MeterSpec& spec, int interrupt_fd);
  // The run whose workload ended then makes no more readings. A replay is not read on: each run plays it from its start.
  void begin(std::shared_ptr<meter::GpuMeter> meter, const std::vector<series::GpuSeries>& run, base::SteadyTime ended);
  // Returns how much idle time the next run still has to take. Little, with what was read so far in its series, if the GPUs
  // were idle all the time; else as much as a run by itself. Waits for the last of that time unless `wake_fd` is readable.
  base::Duration hand_over(std::vector<series::GpuSeries>& next, const record::BenchmarkGpus& gpus, int wake_fd);
  // The next run is too far off.
  void end();

 private:
  void read_on();
  [[nodiscard]] bool has_limits_as_described() const;

  const base::Duration roll_;
  const platform::SystemClock clock_;
  std::shared_ptr<meter::GpuMeter> meter_;  // null: nothing is read
  base::SteadyTime idle_since_{};
  base::SteadyTime read_since_{};  // by sampler_
  std::vector<series::GpuSeries> idle_;
  std::optional<sampler::Sampler> sampler_;  // reads the meter into idle_
};

}  // namespace gpubench::run
