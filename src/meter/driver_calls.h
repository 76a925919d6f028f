// What asking a GPU's driver costs.
#pragma once

#include <cstddef>

#include "base/time.h"

namespace gpubench::meter {

// Of one kind of call. The driver's library spins while it waits, so the time is CPU time, too.
struct CallCost {
  std::size_t calls = 0;
  base::Duration time{};
};

struct DriverCalls {
  CallCost readings;  // all interval values of one GPU: some ten calls of the driver
  CallCost drains;    // of one GPU's power ring
  CallCost counters;  // of one GPU's energy counter
  [[nodiscard]] base::Duration time() const { return readings.time + drains.time + counters.time; }
};

}  // namespace gpubench::meter
