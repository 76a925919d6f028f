// What is taken of a board's power sensor and of how its driver publishes what it says.
#pragma once

#include <chrono>

#include "base/time.h"

namespace gpubench::energy {

// Longest time from a change of power to its showing in the counter or in the power samples.
constexpr base::Duration kLongestLag = std::chrono::milliseconds(60);
// What the driver's average power looks back over.
constexpr base::Duration kAveraged = std::chrono::seconds(1);

}  // namespace gpubench::energy
