// A clock that stands still until somebody moves it; sleeping moves it.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

#include "platform/clock.h"

namespace gpubench::testing {

// Safe to use from any thread.
class ManualClock final : public platform::Clock {
 public:
  explicit ManualClock(base::SteadyTime now = base::SteadyTime(std::chrono::seconds(1000)),
                       base::WallTime wall = base::WallTime(std::chrono::seconds(1'800'000'000)))
      : now_(now.time_since_epoch().count()), wall_offset_((wall.time_since_epoch() - now.time_since_epoch()).count()) {}

  [[nodiscard]] base::SteadyTime now() const override { return base::SteadyTime(base::Duration(now_.load())); }
  [[nodiscard]] base::WallTime wall_now() const override {
    return base::WallTime(base::Duration(now_.load() + wall_offset_.load()));
  }
  // Never goes back.
  void sleep_until(base::SteadyTime time) const override {
    base::Duration::rep seen = now_.load();
    while (seen < time.time_since_epoch().count() && !now_.compare_exchange_weak(seen, time.time_since_epoch().count())) {
    }
  }
  void advance(base::Duration by) { sleep_until(now() + by); }
  // What NTP or a person does to a wall clock.
  void step_wall(base::Duration by) { wall_offset_ += by.count(); }

 private:
  mutable std::atomic<base::Duration::rep> now_;
  std::atomic<base::Duration::rep> wall_offset_;
};

}  // namespace gpubench::testing
