// What a sampler is asked to do and what it says of itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "meter/driver_calls.h"
#include "meter/reading.h"
#include "meter/sensor_timing.h"

namespace gpubench::sampler {

struct SamplerOptions {
  base::Duration interval = std::chrono::seconds(5);  // of the readings
  // The power ring is drained this often whatever the interval: an H200's holds 2.36 s.
  base::Duration drain_period = std::chrono::seconds(1);
  // The energy counter costs 3 to 16 ms of CPU a reading, so it is read rarely if power samples show what happened in
  // between; without them it is read with every drain.
  base::Duration counter_period = std::chrono::seconds(60);
  base::Duration burst_period = std::chrono::milliseconds(5);  // counter readings within a burst, if a GPU has no ring
  // Of the boards, which are all of one vendor; the meter's own takes its place. A GPU without a ring is read as often as
  // its driver renews the power, as these readings are the only power there is.
  meter::SensorTiming sensor = {};
  // What the run takes wall-clock times by; a step of the wall clock counts from there. Empty: from the sampler's start.
  std::optional<base::ClockAnchor> anchor = {};
};

// What a GPU's driver gave that the board cannot have.
struct Impossible {
  int gpu_index = 0;
  std::size_t count = 0;
  std::string first;  // "a power of 70000 W"
};

struct SamplerHealth {
  std::size_t deadlines = 0;  // interval readings planned so far
  std::size_t late = 0;       // of these, begun more than a tenth of the interval (at least 10 ms) late, or skipped
  base::Duration worst_lateness{};
  // Largest change seen of the wall clock against the steady clock; positive: the wall clock was set forward.
  base::Duration wall_clock_step{};
  meter::DriverCalls driver = {};
  std::vector<Impossible> impossible = {};  // of the GPUs of which there are any
};

// Gets each interval's readings (one per GPU), on the sampler thread; must not block.
using ReadingObserver = std::function<void(std::size_t tick, const std::vector<meter::GpuReading>&)>;

// Whether an idle time is before or after the workload.
enum class Idle : std::uint8_t { before_the_workload, after_the_workload };

}  // namespace gpubench::sampler
