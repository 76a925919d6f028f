// A clock that stands still until somebody moves it; sleeping moves it.
#pragma once

#include <chrono>
#include <mutex>
#include <vector>

#include "platform/clock.h"

namespace gpubench::support {

// Safe to use from any thread. Never goes back.
class ManualClock final : public platform::Clock {
 public:
  ManualClock() = default;
  explicit ManualClock(base::WallTime wall) : wall_(wall) {}

  [[nodiscard]] base::SteadyTime now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  [[nodiscard]] base::WallTime wall_now() const override {
    const std::lock_guard lock(mutex_);
    return wall_ + (now_ - kStart);
  }
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
  // What NTP or a person does to a wall clock.
  void step_wall(base::Duration by) {
    const std::lock_guard lock(mutex_);
    wall_ += by;
  }
  // Every sleep that was not over at once.
  [[nodiscard]] std::vector<base::Duration> sleeps() const {
    const std::lock_guard lock(mutex_);
    return sleeps_;
  }

 private:
  static constexpr base::SteadyTime kStart{std::chrono::hours(1)};
  mutable std::mutex mutex_;  // guards what follows
  mutable base::SteadyTime now_ = kStart;
  base::WallTime wall_{std::chrono::seconds(1'800'000'000)};  // at kStart
  mutable std::vector<base::Duration> sleeps_;
};

}  // namespace gpubench::support
