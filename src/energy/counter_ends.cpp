#include "energy/counter_ends.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "energy/counter_transitions.h"
#include "energy/counter_value.h"
#include "energy/linear_curve.h"
#include "energy/sensor.h"
#include "energy/series_search.h"

namespace gpubench::energy {
namespace {

using namespace std::chrono_literals;

// Idle power times this is the error of one anchor: 2.5 J at 100 W. Bursts of one GPU reach 2.5 ms, of eight GPUs 15 ms.
constexpr base::Duration kWellTimed = 25ms;
constexpr base::Duration kPreWindow = 2s;         // idle before the start that gives P_pre
constexpr base::Duration kPostUntil = 1000ms;     // early: idle power falls for seconds after a load
constexpr base::Duration kFarthestAnchor = 1s;    // from its end of the run
constexpr base::Duration kShortestSlope = 200ms;  // two updates
constexpr double kSteady = 3.0;                   // fastest to slowest update; timing alone makes up to 1.7

base::Power slope(const Transition& from, const Transition& to) {
  return (to.energy - from.energy) / (to.time - from.time);
}

// Needs three changes.
CounterLevel level_of(std::span<const Transition> changes) {
  const Transition& middle = changes[changes.size() / 2];
  const base::Power power = slope(changes.front(), changes.back());
  const base::Power drift = slope(changes.front(), middle) - slope(middle, changes.back());
  const double timing = base::to_seconds(changes.front().uncertainty + changes.back().uncertainty) /
                        base::to_seconds(changes.back().time - changes.front().time) / std::numbers::sqrt3;
  return {power, base::Power::from_watts(std::hypot(drift.watts(), power.watts() * timing))};
}

// Slope of the counter if the changes lie on a steady line long enough to give one.
std::optional<CounterLevel> steady_level(std::span<const Transition> changes) {
  if (changes.size() < 3 || changes.back().time - changes.front().time < kShortestSlope) return std::nullopt;
  std::optional<base::Power> slowest;
  std::optional<base::Power> fastest;
  for (std::size_t i = 1; i < changes.size(); ++i) {
    const base::Power power = slope(changes[i - 1], changes[i]);
    slowest = std::min(slowest.value_or(power), power);
    fastest = std::max(fastest.value_or(power), power);
  }
  if (*fastest > *slowest * kSteady) return std::nullopt;
  return level_of(changes);
}

// The changes on either side of an end of the run.
struct NeighbourChanges {
  std::optional<Transition> before;
  std::optional<Transition> after;
  void add(const Transition& change, base::SteadyTime moment) {
    if (change.time <= moment) {
      before = change;
    } else if (!after) {
      after = change;
    }
  }
};

CounterEnd interpolated_end(const NeighbourChanges& changes, base::SteadyTime moment, base::Energy value,
                            base::Duration period) {
  CounterEnd end;
  end.value = value;
  end.timing = period / 2;
  end.between = 2 * period;  // of an end beyond the first or last change
  end.position = base::Ratio::from_fraction(0.5);
  if (!changes.before || !changes.after) return end;
  end.timing = std::max(changes.before->uncertainty, changes.after->uncertainty);
  end.between = changes.after->time - changes.before->time;
  end.position = base::Ratio::from_fraction(base::to_seconds(moment - changes.before->time) / base::to_seconds(end.between));
  end.mean_power = (changes.after->energy - changes.before->energy) / end.between;
  return end;
}

// Collects what concerns the two ends while the readings go by.
class EndsWalk {
 public:
  EndsWalk(const series::Series<meter::CounterReading>& counter, base::Window run,
           const series::Series<meter::PowerSample>* power, const meter::SensorTiming& sensor, Beside beside)
      : counter_(counter),
        power_(power),
        run_(run),
        sensor_(sensor),
        beside_(beside),
        finder_(run.start, sensor),
        curve_({run.start, run.end}) {}
  // False: nothing later can matter.
  bool add(const meter::CounterReading& reading);
  [[nodiscard]] base::Result<CounterEnds> finish() const;

 private:
  void note_change(const Transition& change);
  void note_gap(base::SteadyTime until);
  [[nodiscard]] std::optional<CounterEnd> anchor_before() const;
  [[nodiscard]] std::optional<CounterEnd> anchor_after() const;
  [[nodiscard]] std::optional<CounterEnd> by_power(base::SteadyTime moment, IdleSide side, Ticks ticks) const;
  // Both ends by power, or neither.
  [[nodiscard]] std::optional<std::pair<CounterEnd, CounterEnd>> both_by_power(Ticks ticks) const;
  [[nodiscard]] std::optional<base::Error> missing_end() const;
  // The two ends by the counter's changes alone.
  [[nodiscard]] base::Result<CounterEnds> by_changes(CounterEnds ends) const;

  const series::Series<meter::CounterReading>& counter_;
  const series::Series<meter::PowerSample>* power_;
  base::Window run_;
  const meter::SensorTiming& sensor_;
  Beside beside_;
  TransitionFinder finder_;
  LinearCurve curve_;
  std::vector<Transition> before_;  // well-timed ones of the idle before the run
  std::vector<Transition> after_;   // and of that after it
  NeighbourChanges around_start_;
  NeighbourChanges around_end_;
  std::optional<base::SteadyTime> previous_;
  CounterEnds ends_;
  std::optional<base::Error> error_;
};

bool EndsWalk::add(const meter::CounterReading& reading) {
  const base::SteadyTime time = reading.middle();
  if (time > run_.end + kWalkReach && curve_.last() && curve_.last()->time > run_.end) return false;
  note_gap(time);
  if (run_.contains(time)) ++ends_.samples;
  const auto change = finder_.add(reading);
  if (!change) {
    error_ = change.error();
    return false;
  }
  if (*change) note_change(**change);
  return true;
}

void EndsWalk::note_gap(base::SteadyTime until) {
  const base::SteadyTime from = std::max(previous_.value_or(run_.start), run_.start);
  ends_.longest_gap = std::max(ends_.longest_gap, std::min(until, run_.end) - from);
  previous_ = until;
}

void EndsWalk::note_change(const Transition& change) {
  curve_.add({change.time, change.energy});
  around_start_.add(change, run_.start);
  around_end_.add(change, run_.end);
  if (change.uncertainty > kWellTimed || beside_ == Beside::in_use) return;
  if (change.time <= run_.start && change.time >= run_.start - kPreWindow) before_.push_back(change);
  if (change.time >= run_.end + sensor_.counter_lag && change.time <= run_.end + kPostUntil) after_.push_back(change);
}

std::optional<CounterEnd> EndsWalk::anchor_before() const {
  const auto idle = steady_level(before_);
  if (!idle || run_.start - before_.back().time > kFarthestAnchor) return std::nullopt;
  CounterEnd end;
  end.anchored = true;
  end.idle = *idle;
  end.timing = before_.back().uncertainty;
  end.distance = run_.start - before_.back().time;
  end.value = before_.back().energy + idle->power * end.distance;
  return end;
}

std::optional<CounterEnd> EndsWalk::anchor_after() const {
  const auto clean = std::find_if(after_.begin(), after_.end(),
                                  [&](const Transition& change) { return change.time >= run_.end + sensor_.load_tail; });
  const auto idle = steady_level(std::span(clean, after_.end()));
  if (!idle || after_.front().time - run_.end > kFarthestAnchor) return std::nullopt;
  CounterEnd end;
  end.anchored = true;
  end.idle = *idle;
  end.timing = after_.front().uncertainty;
  end.distance = after_.front().time - run_.end;
  end.value = after_.front().energy - idle->power * end.distance;
  return end;
}

std::optional<base::Error> EndsWalk::missing_end() const {
  if (!curve_.has_line()) return base::Error{"there are fewer than two readings of the energy counter around the run", ""};
  if (curve_.first()->time > run_.start + sensor_.counter_period) {
    return base::Error{"the energy counter was not read before the start of the run", ""};
  }
  if (curve_.last()->time < run_.end - sensor_.counter_period) {
    return base::Error{"the energy counter was not read after the end of the run", ""};
  }
  return std::nullopt;
}

std::optional<CounterEnd> EndsWalk::by_power(base::SteadyTime moment, IdleSide side, Ticks ticks) const {
  if (power_ == nullptr) return std::nullopt;
  const auto at = counter_value_at(counter_, *power_, moment, side, sensor_, beside_, ticks);
  if (!at) return std::nullopt;
  CounterEnd end;
  end.value = at->value;
  end.anchored = at->steady;
  end.by_power = at->standard;
  end.idle.power = at->level;
  end.lock = at->lock;
  return end;
}

// One counter has one grid of ticks: locks that are not of one are both wrong, or each is by chance.
std::optional<std::pair<CounterEnd, CounterEnd>> EndsWalk::both_by_power(Ticks ticks) const {
  const auto start = by_power(run_.start, IdleSide::before, ticks);
  const auto end = by_power(run_.end, IdleSide::after, ticks);
  if (!start || !end) return std::nullopt;
  const bool locked = start->lock && end->lock;
  if (locked ? !is_one_grid(*start->lock, *end->lock) : start->lock || end->lock) return both_by_power(Ticks::are_ignored);
  return std::pair(*start, *end);
}

base::Result<CounterEnds> EndsWalk::by_changes(CounterEnds ends) const {
  if (const auto error = missing_end()) return base::failure(*error);
  const std::vector<base::Energy> interpolated = curve_.finish();
  ends.start =
      anchor_before().value_or(interpolated_end(around_start_, run_.start, interpolated[0], sensor_.counter_period));
  ends.end = anchor_after().value_or(interpolated_end(around_end_, run_.end, interpolated[1], sensor_.counter_period));
  ends.extrapolated = std::max(base::Duration::zero(), curve_.first()->time - run_.start) +
                      std::max(base::Duration::zero(), run_.end - curve_.last()->time);
  return ends;
}

base::Result<CounterEnds> EndsWalk::finish() const {
  if (error_) return base::failure(*error_);
  CounterEnds ends = ends_;
  if (const auto both = both_by_power(Ticks::may_be_used)) {
    std::tie(ends.start, ends.end) = *both;
    if (ends.start.lock && ends.end.lock) ends.tick = tick_of(*ends.start.lock, *ends.end.lock);
  } else {
    auto changes = by_changes(ends);
    if (!changes) return changes;
    ends = *changes;
  }
  if (previous_) ends.longest_gap = std::max(ends.longest_gap, run_.end - std::max(*previous_, run_.start));
  if (ends.end.value <= ends.start.value)
    return base::failure("the run is too short for the energy counter, which moves every " +
                         milliseconds_text(sensor_.counter_period));
  return ends;
}

// No GPU draws much less in a run than when it is idle: then what was taken for idle was another's work.
bool is_less_than_idle(const CounterEnds& ends, base::Window run) {
  constexpr double kMuchLess = 0.5;
  const base::Power idle = std::min(ends.start.idle.power, ends.end.idle.power);
  return ends.anchored() && ends.end.value - ends.start.value < idle * run.length() * kMuchLess;
}

}  // namespace

base::Result<CounterEnds> counter_ends(const series::Series<meter::CounterReading>& counter, base::Window run,
                                       const series::Series<meter::PowerSample>* power, const meter::SensorTiming& sensor,
                                       Beside beside) {
  if (run.length() <= base::Duration::zero()) return base::failure("the run has no duration");
  if (counter.size() == 0) return base::failure("there is no reading of an energy counter");
  EndsWalk walk(counter, run, power, sensor, beside);
  visit_while(counter, first_reading_for(counter, run.start), [&](const auto& reading) { return walk.add(reading); });
  auto ends = walk.finish();
  const bool contradicts = ends && beside == Beside::idle && is_less_than_idle(*ends, run);
  return contradicts ? counter_ends(counter, run, power, sensor, Beside::in_use) : ends;
}

}  // namespace gpubench::energy
