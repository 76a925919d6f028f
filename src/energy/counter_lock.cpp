#include "energy/counter_lock.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "energy/sensor.h"

namespace gpubench::energy {
namespace {

using namespace std::chrono_literals;

// What a step may differ by from the samples' area. Found on an H200 (246 steps): 0.15 ms x power (median), 1.8 ms (90 %).
constexpr base::Duration kTickTiming = 2ms;
constexpr double kAreaShare = 0.002;
constexpr base::Energy kAreaNoise = base::Energy::from_millijoules(50);
constexpr base::Duration kBeforeTick = 60ms;  // of samples that show the power at a tick
// A step tells if it may differ by no more than this times the power, and has a tick at all.
constexpr base::Duration kTelling = 6ms;
constexpr int kLeastTelling = 3;
constexpr base::Duration kSteadiness = 1ms;  // of a tick: it is not on its grid by up to this
constexpr double kUnclear = 0.4;             // of a tick: the number of ticks is not certain
// H200 beside the host's clock: 10 ppm at most; the host's own clock is slewed by less than this.
constexpr double kDrift = 60e-6;

struct Step {
  std::size_t to;             // the reading it ends with
  base::Duration::rep ticks;  // at least one
};

// Between two ticks: the counter's step less the samples' area, and what it may be.
struct StepCheck {
  base::Energy off;
  base::Energy allowed;
  base::Power power;
  [[nodiscard]] bool agrees() const { return std::abs(off.joules()) <= allowed.joules(); }
};

class LockSearch {
 public:
  LockSearch(std::span<const meter::CounterReading> readings, const FineSamples& samples)
      : readings_(readings), samples_(samples), period_(samples.sensor.counter_period) {}
  std::optional<CounterLock> find();

 private:
  [[nodiscard]] std::optional<StepCheck> check(const CounterLock& lock, const Step& step) const;
  [[nodiscard]] std::optional<base::Duration::rep> ticks_until(const CounterLock& lock, std::size_t reading) const;
  [[nodiscard]] bool is_believed(const CounterLock& lock) const;
  [[nodiscard]] std::optional<base::Power> power_at(base::SteadyTime time) const;

  std::span<const meter::CounterReading> readings_;
  const FineSamples& samples_;
  base::Duration period_;
};

std::optional<base::Power> LockSearch::power_at(base::SteadyTime time) const {
  const auto seen = power_in(samples_, {time - kBeforeTick, time});
  return seen ? std::optional(seen->area / kBeforeTick) : std::nullopt;
}

// Counter and samples lag alike, to some 10 ms on an H200: what they differ by shifts the area, if the power changes.
std::optional<StepCheck> LockSearch::check(const CounterLock& lock, const Step& step) const {
  const base::SteadyTime from = lock.tick.after(lock.ticks[step.to - 1], period_).middle();
  const base::SteadyTime to = from + step.ticks * period_;
  const auto at_start = power_at(from);
  const auto at_end = power_at(to);
  const auto between = power_in(samples_, {from, to});
  if (!at_start || !at_end || !between) return std::nullopt;
  const base::Duration shift = mean_lag(samples_.sensor);
  const base::Energy rise = readings_[step.to].energy - readings_[step.to - 1].energy;
  const base::Power change = base::Power::from_watts(std::abs((*at_end - *at_start).watts()));
  const base::Power power = std::max(*at_start, *at_end);
  return StepCheck{rise - between->area, between->area * kAreaShare + power * kTickTiming + kAreaNoise + change * shift,
                   power};
}

// By the energy: the number of whole periods that fits best, of those that the two times allow.
std::optional<base::Duration::rep> LockSearch::ticks_until(const CounterLock& lock, std::size_t reading) const {
  const meter::CounterReading& from = readings_[reading - 1];
  const meter::CounterReading& to = readings_[reading];
  if (to.energy < from.energy || to.before < from.after) return std::nullopt;
  if (to.energy == from.energy)
    return to.before - from.after < period_ ? std::optional<base::Duration::rep>(0) : std::nullopt;
  std::optional<base::Duration::rep> best;
  base::Energy least;
  for (auto ticks = std::max<base::Duration::rep>(1, (to.before - from.after) / period_);
       ticks <= (to.after - from.before) / period_ + 1; ++ticks) {
    const auto found = check(lock, {reading, ticks});
    if (!found) continue;
    const base::Energy off = base::Energy::from_joules(std::abs(found->off.joules()));
    if (off > found->power * period_ * kUnclear || (best && off >= least)) continue;
    best = ticks;
    least = off;
  }
  return best;
}

// All steps agree, and some of them would not, were the grid another.
bool LockSearch::is_believed(const CounterLock& lock) const {
  int telling = 0;
  for (std::size_t reading = 1; reading < readings_.size(); ++reading) {
    const base::Duration::rep ticks = lock.ticks[reading] - lock.ticks[reading - 1];
    if (ticks == 0) continue;
    const auto found = check(lock, {reading, ticks});
    if (!found || !found->agrees()) return false;
    if (found->allowed <= found->power * kTelling) ++telling;
  }
  return telling >= kLeastTelling;
}

std::optional<CounterLock> LockSearch::find() {
  if (readings_.size() < 2) return std::nullopt;
  CounterLock lock{{}, {0}, period_};
  lock.tick.narrow(readings_.front(), 0, period_);
  for (std::size_t reading = 1; reading < readings_.size(); ++reading) {
    const auto ticks = ticks_until(lock, reading);
    if (!ticks) return std::nullopt;
    lock.ticks.push_back(lock.ticks.back() + *ticks);
    lock.tick.narrow(readings_[reading], lock.ticks.back(), period_);
    if (lock.tick.contradicted()) return std::nullopt;
  }
  if (lock.tick.length() > period_ / 8 || !is_believed(lock)) return std::nullopt;
  lock.tick.earliest -= kSteadiness;
  lock.tick.latest += kSteadiness;
  return lock;
}

}  // namespace

std::optional<CounterLock> lock_counter(std::span<const meter::CounterReading> readings, const FineSamples& samples) {
  return LockSearch(readings, samples).find();
}

CounterTick tick_of(const CounterLock& before, const CounterLock& after) {
  return {std::max(before.tick.length(), after.tick.length()) / 2, before.ticks.size() + after.ticks.size()};
}

bool is_one_grid(const CounterLock& before, const CounterLock& after) {
  const base::Duration apart = after.tick.middle() - before.tick.middle();
  const base::Duration drift = base::from_seconds(base::to_seconds(apart) * kDrift);
  if (drift > before.period / 10) return true;
  const base::Duration phase = (apart + before.period / 2) % before.period - before.period / 2;
  return std::chrono::abs(phase) <= (before.tick.length() + after.tick.length()) / 2 + drift + kTickTiming;
}

}  // namespace gpubench::energy
