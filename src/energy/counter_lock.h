// When the counter's value was what a reading shows, known to a few milliseconds instead of a period of 100.
//
// The counter ticks on a grid of its own (meter/counter_tick.h). In idle time a tick adds P * 100 ms, so the energies of two
// readings say how many ticks lie between them, and each reading narrows the time in which the tick can be. The grid is
// believed only if every step of the counter between these readings is what the power samples have over whole periods: a
// counter that ticks otherwise, skips ticks, is renewed when it is asked, or counts another's work, gives no lock.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "energy/energy_estimate.h"
#include "energy/window_power.h"
#include "meter/counter_tick.h"
#include "meter/reading.h"

namespace gpubench::energy {

struct CounterLock {
  meter::TickWindow tick;                  // of the tick that the first reading shows
  std::vector<base::Duration::rep> ticks;  // by reading: of what it shows, since that one
  base::Duration period{};
  // Of the tick that a reading shows.
  [[nodiscard]] meter::TickWindow tick_of(std::size_t reading) const { return tick.after(ticks[reading], period); }
};

// `readings` in time order, of idle time. Empty: their steps do not agree with a grid, or leave more than an eighth of a
// period open.
std::optional<CounterLock> lock_counter(std::span<const meter::CounterReading> readings, const FineSamples& samples);

// Of both sides of a run: the less well known one.
CounterTick tick_of(const CounterLock& before, const CounterLock& after);

// Whether two locks of one run are of one grid. Clocks drift: where that may be more than a tenth of a period, they need
// not.
bool is_one_grid(const CounterLock& before, const CounterLock& after);

}  // namespace gpubench::energy
