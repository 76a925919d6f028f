#include "sampler/tick_search.h"

#include <chrono>
#include <cmath>

namespace gpubench::sampler {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kKnown = 4ms;    // the tick to +-2 ms; it is no steadier
constexpr std::size_t kMostReadings = 9;  // six do if none is late
constexpr base::Duration kSoonest = 1ms;  // after the reading before

}  // namespace

void TickSearch::begin(const meter::CounterReading& reading) {
  first_ = {};
  first_.narrow(reading, 0, period_);
  ticks_ = 0;
}

// Less than a period after the one before it, a reading has moved by one tick or by none.
std::optional<base::Duration::rep> TickSearch::ticks_since_previous(const meter::CounterReading& reading) {
  const base::Energy rise = reading.energy - previous_->energy;
  if (reading.after - previous_->before < period_) {
    if (rise > base::Energy{}) step_ = rise;
    return rise > base::Energy{} ? 1 : 0;
  }
  if (rise == base::Energy{} && reading.before - previous_->after < period_) return 0;
  if (!step_ || rise <= base::Energy{}) return std::nullopt;
  const auto ticks = static_cast<base::Duration::rep>(std::llround(rise / *step_));
  const bool possible =
      ticks >= (reading.before - previous_->after) / period_ && ticks <= (reading.after - previous_->before) / period_ + 1;
  return possible ? std::optional(ticks) : std::nullopt;
}

void TickSearch::add(const meter::CounterReading& reading) {
  if (reading.before < when_.start || reading.after > when_.end) return;
  ++readings_;
  const auto ticks = previous_ ? ticks_since_previous(reading) : std::nullopt;
  if (ticks) {
    ticks_ += *ticks;
    first_.narrow(reading, ticks_, period_);
  }
  if (!ticks || first_.contradicted()) begin(reading);
  previous_ = reading;
  due_ = most_telling();
}

std::optional<meter::TickWindow> TickSearch::tick() const {
  return previous_ ? std::optional(first_) : std::nullopt;
}

// In the middle of the time in which the next tick can be: it has moved by then, or not. If that is too soon: as soon as
// possible while it still tells, else a period later. That a reading then shows two ticks needs a step to compare with.
std::optional<base::SteadyTime> TickSearch::most_telling() const {
  if (readings_ >= kMostReadings) return std::nullopt;
  const base::Duration call = previous_->after - previous_->before;
  // Half of the call's length stays on either side.
  if (first_.length() <= std::max(kKnown, 2 * call + kSoonest / 2)) return std::nullopt;
  const meter::TickWindow next = first_.after(ticks_ + 1, period_);
  const base::SteadyTime soonest = previous_->after + kSoonest;
  base::SteadyTime due = next.middle() - call / 2;
  if (due < soonest && soonest + call < next.latest)
    due = soonest;
  else if (due < soonest)
    due = step_ ? due + period_ : std::max(soonest, next.latest);
  return due + call <= when_.end ? std::optional(due) : std::nullopt;
}

}  // namespace gpubench::sampler
