// When the GPUs are read: one thread with absolute deadlines, the only caller of the meter and the only writer of the
// series.
#pragma once

#include <memory>
#include <vector>

#include "base/time.h"
#include "meter/gpu_meter.h"
#include "platform/clock.h"
#include "sampler/options.h"
#include "series/gpu_series.h"

namespace gpubench::sampler {

// How a meter is read whose trace is recorded: often enough to keep every step of the energy counter.
SamplerOptions trace_sampling();

class Sampler {
 public:
  // `series` has one entry per GPU of the meter. Everything referred to must outlive the sampler.
  Sampler(meter::GpuMeter& meter, const platform::Clock& clock, std::vector<series::GpuSeries>& series,
          SamplerOptions options, ReadingObserver observer);
  ~Sampler();  // stops
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  void start();
  // The GPUs are idle for the next `length`: the energy counters are read in it so that the energy at the workload's start
  // or end can be found. Any thread.
  void idle(Idle where, base::Duration length);
  // Sets a new origin of the interval grid: a reading now, then one each interval. Called when the workload starts. Any
  // thread.
  void restart_interval();
  // Drains everything once more and ends the thread. Safe to call twice.
  void stop();
  [[nodiscard]] SamplerHealth health() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace gpubench::sampler
