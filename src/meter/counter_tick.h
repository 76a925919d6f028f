// When the energy counter ticks: on a grid of its own, however often it is read (H200: 100.000 ms, 10 ppm). A reading shows
// the latest tick before it, so a few readings at the right moments say when the ticks are.
#pragma once

#include <algorithm>

#include "base/time.h"
#include "meter/reading.h"

namespace gpubench::meter {

// The time of one tick lies between the two; the others are whole periods away.
struct TickWindow {
  base::SteadyTime earliest = base::SteadyTime::min();
  base::SteadyTime latest = base::SteadyTime::max();

  [[nodiscard]] base::Duration length() const { return latest - earliest; }
  [[nodiscard]] base::SteadyTime middle() const { return earliest + length() / 2; }
  [[nodiscard]] bool contradicted() const { return latest < earliest; }
  // The same of a later tick.
  [[nodiscard]] TickWindow after(base::Duration::rep ticks, base::Duration period) const {
    return {earliest + ticks * period, latest + ticks * period};
  }
  // The reading shows the tick so many after this one, and not yet the next.
  void narrow(const CounterReading& reading, base::Duration::rep ticks, base::Duration period) {
    earliest = std::max(earliest, reading.before - (ticks + 1) * period);
    latest = std::min(latest, reading.after - ticks * period);
  }
};

}  // namespace gpubench::meter
