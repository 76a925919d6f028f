// When the energy counter moved, found from readings that are not in step with it.
//
// The driver adds to the counter every 100 ms (H200: 97-103 ms), so a reading is up to 100 ms old while the moment of the
// change itself is exact. The change that a reading shows first happened after the reading before it, and at most one
// period before this reading: the middle of that time is its own, half of it its uncertainty. Readings 5 ms apart thus
// date a change to 2.5 ms, readings a second apart to 50 ms.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "base/quantity.h"
#include "base/result.h"
#include "base/time.h"
#include "meter/reading.h"
#include "series/series.h"

namespace gpubench::energy {

// Around a run: readings further out do not matter to it.
constexpr base::Duration kWalkReach = std::chrono::seconds(3);

struct Transition {
  base::SteadyTime time;
  base::Duration uncertainty{};  // the change lies within time +- uncertainty
  base::Energy energy;           // the counter from then on
};

// Reads readings in time order and returns what each shows; an error says why the counter cannot be trusted.
class TransitionFinder {
 public:
  // `start` of the run: what the errors count from.
  explicit TransitionFinder(base::SteadyTime start, const meter::SensorTiming& sensor = {})
      : start_(start), period_(sensor.counter_period) {}
  // Empty: the counter has not moved since the reading before.
  base::Result<std::optional<Transition>> add(const meter::CounterReading& reading);

 private:
  [[nodiscard]] base::Result<void> check(const meter::CounterReading& reading) const;

  base::SteadyTime start_;
  base::Duration period_;  // of the counter
  std::optional<meter::CounterReading> previous_;
  base::SteadyTime unchanged_since_;  // middle of the first reading with the present value
};

// Position of the reading from which a search finds all changes that concern `time`.
std::size_t first_reading_for(const series::Series<meter::CounterReading>& counter, base::SteadyTime time);

}  // namespace gpubench::energy
