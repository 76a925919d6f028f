// What is taken of a board's power sensor and of how its driver publishes what it says.
#pragma once

#include <chrono>

#include "base/time.h"

namespace gpubench::energy {

// Longest time from a change of power to its showing in the counter.
constexpr base::Duration kLongestLag = std::chrono::milliseconds(60);
// The same of power samples: they come this late, and each looks back over the time since the one before it.
constexpr base::Duration kPublicationLag = std::chrono::milliseconds(40);
constexpr base::Duration sample_lag(base::Duration spacing) {
  return kPublicationLag + spacing;
}
// As it is said: distances vary by a millisecond or two.
constexpr base::Duration rounded_spacing(base::Duration spacing) {
  constexpr base::Duration kStep = std::chrono::milliseconds(5);
  return spacing < kStep ? spacing : (spacing + kStep / 2) / kStep * kStep;
}
// The driver renews its power reading this often.
constexpr base::Duration kReadingRenewed = std::chrono::milliseconds(100);
// What the driver's average power looks back over.
constexpr base::Duration kAveraged = std::chrono::seconds(1);

}  // namespace gpubench::energy
