// A clock that stands still until told otherwise: sleeping moves it on at once.
#pragma once

#include <mutex>
#include <vector>

#include "platform/clock.h"

namespace gpubench::support {

class ManualClock final : public platform::Clock {
 public:
  ManualClock() = default;
  explicit ManualClock(base::WallTime wall) : anchor_{base::SteadyTime(std::chrono::hours(1)), wall}, now_(anchor_.steady) {}

  [[nodiscard]] base::SteadyTime now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  [[nodiscard]] base::WallTime wall_now() const override { return anchor_.to_wall(now()); }
  void sleep_until(base::SteadyTime time) const override {
    const std::lock_guard lock(mutex_);
    if (time <= now_) return;
    sleeps_.push_back(time - now_);
    now_ = time;
  }

  void advance(base::Duration by) const {
    const std::lock_guard lock(mutex_);
    now_ += by;
  }
  [[nodiscard]] std::vector<base::Duration> sleeps() const {
    const std::lock_guard lock(mutex_);
    return sleeps_;
  }

 private:
  base::ClockAnchor anchor_{base::SteadyTime(std::chrono::hours(1)), base::WallTime(std::chrono::hours(1))};
  mutable std::mutex mutex_;  // guards what follows
  mutable base::SteadyTime now_ = anchor_.steady;
  mutable std::vector<base::Duration> sleeps_;
};

}  // namespace gpubench::support
