// The only place that reads the clock or sleeps.
#pragma once

#include "base/time.h"

namespace gpubench::platform {

// Safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual base::SteadyTime now() const = 0;
  [[nodiscard]] virtual base::WallTime wall_now() const = 0;
  // Sleeps until the absolute time; returns at once if it has passed.
  virtual void sleep_until(base::SteadyTime time) const = 0;

  // Both clocks at (nearly) one moment: the wall clock is read between two readings of the steady clock.
  [[nodiscard]] base::ClockAnchor anchor() const;
};

// CLOCK_MONOTONIC and CLOCK_REALTIME of this machine.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] base::SteadyTime now() const override;
  [[nodiscard]] base::WallTime wall_now() const override;
  void sleep_until(base::SteadyTime time) const override;
};

}  // namespace gpubench::platform
