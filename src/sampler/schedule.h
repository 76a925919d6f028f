// What the sampler does next, decided from the time alone: no thread, no clock, no meter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "meter/reading.h"
#include "sampler/options.h"
#include "sampler/tick_search.h"

namespace gpubench::sampler {

enum class Call : std::uint8_t {
  reading,        // of all GPUs: cheap
  quick_reading,  // between the interval's, of the GPUs whose power samples do not suffice
  drain,          // of one GPU's power ring
  counter,        // of one GPU: milliseconds
};

struct Step {
  Call call = Call::reading;
  std::size_t gpu = 0;   // of drain and counter
  std::size_t tick = 0;  // of reading: rises over the whole life of the sampler, also across restarts
  friend bool operator==(const Step&, const Step&) = default;
};

// The k-th reading is due at origin + k * interval; missed ones are skipped, never repeated. A due reading goes before
// all else but waits for at most one other call, so that neither can starve the other. Not thread-safe.
class Schedule {
 public:
  Schedule(const SamplerOptions& options, std::size_t gpus, base::SteadyTime start);

  // What is due now, to be done before asking again; empty: nothing before wake().
  std::optional<Step> next(base::SteadyTime now);
  [[nodiscard]] base::SteadyTime wake() const;
  // Four counter rounds within a second and a half of the workload, an odd number of quarters of the counter's period apart:
  // they see it at four different ages. Two, half a period apart, where there is little time. The sampler's first and last
  // round are one of them where the idle time is no longer than that. Between them each GPU's counter is read where it says
  // most of its tick. Without samples: rounds every burst_period next to the workload.
  void idle(Idle where, base::SteadyTime now, base::Duration length);
  // What a counter step gave: the search for the tick goes on from it.
  void counter_read(std::size_t gpu, const meter::CounterReading& reading);
  // True: a GPU's power samples do not suffice (there are none, few, or they get lost), so that only its counter and its
  // readings say what happened when.
  void without_samples(bool without) { without_samples_ = without; }
  // A reading and a drain at once, and both grids from here on.
  void restart(base::SteadyTime now);
  // The tick of one more reading, outside the grid.
  std::size_t extra_tick();
  // All but the wall clock's step.
  [[nodiscard]] const SamplerHealth& health() const { return health_; }

 private:
  [[nodiscard]] base::SteadyTime reading_due() const;
  [[nodiscard]] bool round_open() const { return drain_gpu_ < gpus_ || counter_gpu_ < gpus_; }
  std::size_t take_reading(base::SteadyTime now);
  void begin_rounds(base::SteadyTime now);
  [[nodiscard]] bool counters_due(base::SteadyTime now);
  [[nodiscard]] bool bursting() const { return without_samples_ && burst_.has_value(); }
  // The GPU whose counter is to be read first in the search for its tick, and when.
  struct SearchStep {
    std::size_t gpu;
    base::SteadyTime due;
  };
  [[nodiscard]] std::optional<SearchStep> next_search() const;
  void search_in(base::Window when);

  const SamplerOptions options_;  // periods within what is possible
  const std::size_t gpus_;
  base::SteadyTime origin_;
  base::Duration::rep next_ = 0;  // number of the next reading since origin_
  std::size_t tick_base_ = 0;     // tick of the reading at origin_
  bool after_reading_ = false;
  base::SteadyTime drain_due_;
  base::SteadyTime counter_due_;
  std::vector<base::SteadyTime> extra_counters_;  // one round at each, rising; four at most
  std::vector<TickSearch> searches_;              // by GPU, of the latest idle time; empty before it
  bool without_samples_ = false;
  base::SteadyTime quick_due_;
  std::optional<base::Window> burst_;
  base::SteadyTime burst_due_;
  std::size_t drain_gpu_;    // next of the round under way; gpus_: none is
  std::size_t counter_gpu_;  // the same for the counters
  SamplerHealth health_;
};

}  // namespace gpubench::sampler
