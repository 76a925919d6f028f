#include "platform/clock.h"

#include <cerrno>
#include <ctime>

namespace gpubench::platform {
namespace {

base::Duration read_clock(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

base::ClockAnchor Clock::anchor() const {
  const base::SteadyTime before = now();
  const base::WallTime wall = wall_now();
  const base::SteadyTime after = now();
  return {before + (after - before) / 2, wall};
}

base::SteadyTime SystemClock::now() const {
  return base::SteadyTime(read_clock(CLOCK_MONOTONIC));
}

base::WallTime SystemClock::wall_now() const {
  return base::WallTime(read_clock(CLOCK_REALTIME));
}

void SystemClock::sleep_until(base::SteadyTime time) const {
  const auto since_epoch = time.time_since_epoch();
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since_epoch);
  const timespec deadline{static_cast<time_t>(whole.count()), static_cast<long>((since_epoch - whole).count())};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr) == EINTR) {
  }
}

}  // namespace gpubench::platform
