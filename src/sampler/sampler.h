// When the GPUs are read: one thread with absolute deadlines, the only caller of the meter and the only writer of the
// series.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/time.h"
#include "meter/driver_calls.h"
#include "meter/gpu_meter.h"
#include "platform/clock.h"
#include "series/gpu_series.h"

namespace gpubench::sampler {

struct SamplerOptions {
  base::Duration interval = std::chrono::seconds(5);  // of the readings
  // The power ring is drained this often whatever the interval: an H200's holds 2.36 s.
  base::Duration drain_period = std::chrono::seconds(1);
  // The energy counter costs 3 to 16 ms of CPU a reading, so it is read seldom where the ring tells what happened in
  // between; a GPU without a ring has it read with every drain.
  base::Duration counter_period = std::chrono::seconds(60);
  base::Duration burst_period = std::chrono::milliseconds(5);  // counter readings within a burst, if a GPU has no ring
};

struct SamplerHealth {
  std::size_t deadlines = 0;  // interval readings planned so far
  std::size_t late = 0;       // of them, begun more than a tenth of the interval (at least 10 ms) late, or skipped
  base::Duration worst_lateness{};
  // Largest change seen of the wall clock against the steady clock; positive: the wall clock was put forward.
  base::Duration wall_clock_step{};
  meter::DriverCalls driver = {};
};

// Told of each interval's readings (one per GPU), on the sampler thread; must not block.
using ReadingObserver = std::function<void(std::size_t tick, const std::vector<meter::GpuReading>&)>;

// Where the idle time lies that a sampler is told of.
enum class Idle : std::uint8_t { before_the_workload, after_the_workload };

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
  // or end can be told. Any thread.
  void idle(Idle where, base::Duration length);
  // Takes the interval grid's origin anew: a reading now, then one each interval. Called when the workload starts. Any
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
