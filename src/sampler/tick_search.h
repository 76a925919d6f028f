// Where to read an energy counter next, so that its tick's phase is known after few readings: each halves what is open.
#pragma once

#include <cstddef>
#include <optional>

#include "base/quantity.h"
#include "base/time.h"
#include "meter/counter_tick.h"
#include "meter/reading.h"

namespace gpubench::sampler {

// Of one GPU, in one idle time, where the counter's steps are even. Pure: no clock, no meter.
class TickSearch {
 public:
  // Asks for readings within `when` only. `period`: of the counter.
  TickSearch(base::Window when, base::Duration period) : when_(when), period_(period) {}
  // When the counter is to be read; empty: there is no reading to go on from, none is needed, or none can help.
  [[nodiscard]] std::optional<base::SteadyTime> due() const { return due_; }
  // The reading is being made: should it fail, it is not asked for again.
  void begun() { due_.reset(); }
  // Every reading of the counter, asked for or not.
  void add(const meter::CounterReading& reading);
  // Of the tick that the first reading shows; empty: there is none.
  [[nodiscard]] std::optional<meter::TickWindow> tick() const;

 private:
  [[nodiscard]] std::optional<base::Duration::rep> ticks_since_previous(const meter::CounterReading& reading);
  void begin(const meter::CounterReading& reading);
  [[nodiscard]] std::optional<base::SteadyTime> most_telling() const;

  base::Window when_;
  base::Duration period_;
  std::optional<base::SteadyTime> due_;
  std::optional<meter::CounterReading> previous_;
  meter::TickWindow first_;
  base::Duration::rep ticks_ = 0;     // of the previous reading's since the first
  std::optional<base::Energy> step_;  // of one tick
  std::size_t readings_ = 0;
};

}  // namespace gpubench::sampler
