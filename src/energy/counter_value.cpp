#include "energy/counter_value.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <vector>

#include "energy/counter_transitions.h"
#include "energy/power_sample.h"
#include "energy/sensor.h"
#include "energy/series_search.h"
#include "energy/uncertainty.h"
#include "energy/window_power.h"

namespace gpubench::energy {
namespace {

using namespace std::chrono_literals;
using Counter = series::Series<meter::CounterReading>;
using Power = series::Series<meter::PowerSample>;

constexpr base::Duration kSpacingReach = 500ms;  // on either side of the moment
constexpr base::Duration kIdleReach = 3s;        // of the idle time beside the moment
constexpr int kReadingsASide = 4;                // at ages a quarter of a period apart; more only look for the tick
constexpr base::Duration kIdleLevel = 100ms;     // of samples that show the idle power
// Highest to lowest power of a time without load in it: an H200's falls from 128 to 80 W when its clocks do.
constexpr double kWithoutLoad = 2;
// In less time than this the clocks do not fall: a change is another's work, which may begin or end at the moment itself.
constexpr base::Duration kClocksFallAfter = 1s;
constexpr double kWithoutLoadShortly = 1.25;
// Samples against counter in idle on an H200 (k = 2): 0.04 J in a second of 80 W; four times that.
constexpr double kRingShareInIdle = 0.002;

// Before a load begins the samples may show it, as each is a straight line to the next; after it ends, for as long as they
// lag.
base::Duration clear_before(const FineSamples& power) {
  return power.spacing;
}
base::Duration clear_after(const FineSamples& power) {
  return 2 * power.sensor.sample_lag + power.spacing;
}

// When the counter that a reading shows was updated, if nothing is known of its ticks.
meter::TickWindow any_update(const meter::CounterReading& reading, const meter::SensorTiming& sensor) {
  return {reading.before - sensor.counter_period, reading.after};
}

// The area between any time and the moment, positive if the time is the earlier one.
class AreaToMoment {
 public:
  // Idle: what the samples next to the moment show of the load's own edge (a sample has a length and comes late) is
  // replaced by the idle power beyond.
  AreaToMoment(const FineSamples& power, base::SteadyTime moment, IdleSide side, bool idle)
      : power_(power), from_(moment), doubt_(idle ? kRingShareInIdle : kRingShare) {
    if (!idle) return;
    from_ = side == IdleSide::before ? moment - clear_before(power) : moment + clear_after(power);
    const base::Window beyond =
        side == IdleSide::before ? base::Window{from_ - kIdleLevel, from_} : base::Window{from_, from_ + kIdleLevel};
    if (const auto level = power_in(power, beyond))
      replaced_ = level->area / kIdleLevel * (moment - from_);
    else
      from_ = moment;
  }
  [[nodiscard]] const meter::SensorTiming& sensor() const { return power_.sensor; }
  [[nodiscard]] double doubt() const { return doubt_; }  // share of an area
  [[nodiscard]] std::optional<base::Energy> from(base::SteadyTime time) const {
    const auto seen = power_in(power_, {std::min(time, from_), std::max(time, from_)});
    if (!seen) return std::nullopt;
    return replaced_ + (time < from_ ? seen->area : base::Energy{} - seen->area);
  }

 private:
  const FineSamples& power_;
  base::SteadyTime from_;
  double doubt_;
  base::Energy replaced_;  // from there to the moment
};

// One side of what a reading allows: the age of the reading is at its limit there. `doubt` moves it outwards: it is no age.
struct Bound {
  base::Energy value;
  base::Energy doubt;
};

struct Bounds {
  Bound low;
  Bound high;
  [[nodiscard]] bool empty() const { return high.value < low.value; }
};

bool is_less(const Bound& a, const Bound& b) {
  return a.value < b.value;
}
Bounds intersection(const Bounds& a, const Bounds& b) {
  return {std::max(a.low, b.low, is_less), std::min(a.high, b.high, is_less)};
}
Bounds hull(const Bounds& a, const Bounds& b) {
  return {std::min(a.low, b.low, is_less), std::max(a.high, b.high, is_less)};
}

// By when the counter was updated. Of doubts: that of the samples' areas, and `timing`, a share of the time.
std::optional<Bounds> bounds_of(const meter::CounterReading& reading, const meter::TickWindow& updated, double timing,
                                const AreaToMoment& area) {
  const auto youngest = area.from(updated.latest - mean_lag(area.sensor()));
  const auto oldest = area.from(updated.earliest - mean_lag(area.sensor()));
  if (!youngest || !oldest) return std::nullopt;
  const base::Energy areas = base::Energy::from_joules(std::abs(((*youngest + *oldest) / 2).joules()) * area.doubt());
  const base::Energy doubt = (*oldest - *youngest) * timing + areas;
  return Bounds{{reading.energy + *youngest - areas, doubt}, {reading.energy + *oldest + areas, doubt}};
}

// How long the call took, at the power then, is no age.
std::optional<Bounds> bounds_of(const meter::CounterReading& reading, const AreaToMoment& area) {
  const base::Duration call = reading.after - reading.before;
  const double timing = base::to_seconds(call / 2) / base::to_seconds(area.sensor().counter_period + call);
  return bounds_of(reading, any_update(reading, area.sensor()), timing, area);
}

// Age and doubt are independent of each other, and any place within either alike.
base::Energy standard_of(const Bounds& bounds) {
  const base::Energy doubt = (bounds.low.doubt + bounds.high.doubt) / 2;
  const base::Energy age = std::max(base::Energy{}, (bounds.high.value - bounds.low.value) / 2 - doubt);
  return root_sum_square(std::array{age, doubt}) / kRoot3;
}

// What the samples' coarseness makes of a change of power at the moment itself, and the lags of samples and counter of a
// change between the moment and the farthest reading.
base::Energy unsteadiness(const FineSamples& power, base::SteadyTime moment, base::SteadyTime farthest) {
  const base::SteadyTime earliest = std::min(farthest, moment) - power.newest_age();
  const base::SteadyTime latest = std::max(farthest, moment);
  auto seen = power_in(power, {earliest, latest + power.newest_age()});
  if (!seen) seen = power_in(power, {earliest, latest});  // without idle time the samples end with the run
  if (!seen) return {};
  return (seen->highest - seen->lowest) * (power.spacing / 2 + mean_lag(power.sensor));
}

// With only one reading, or a load beside the moment, the worst case is possible: limits are added up.
base::Energy cautious_standard_of(const Bounds& bounds, base::Energy unsteadiness) {
  const base::Energy limits = (bounds.high.value - bounds.low.value) / 2;
  return (limits + unsteadiness) / kRoot3;
}

// The readings to use, the nearest to the moment first.
std::vector<meter::CounterReading> readings_beside(const Counter& counter, base::SteadyTime moment, IdleSide side,
                                                   base::Duration load_tail) {
  const auto middle_of = [](const meter::CounterReading& reading) { return reading.middle(); };
  const std::size_t split = first_not_before(counter, moment, middle_of);
  std::vector<meter::CounterReading> beside;
  std::vector<meter::CounterReading> neighbours;
  visit_while(counter, first_not_before(counter, moment - kIdleReach, middle_of), [&](const meter::CounterReading& reading) {
    if (reading.middle() > moment + kIdleReach) return false;
    const bool fits = side == IdleSide::before ? reading.after <= moment : reading.before >= moment + load_tail;
    if (fits) beside.push_back(reading);
    return true;
  });
  if (side == IdleSide::before) std::reverse(beside.begin(), beside.end());
  if (!beside.empty()) return beside;
  visit_while(counter, split - std::min<std::size_t>(split, 1), [&](const meter::CounterReading& reading) {
    neighbours.push_back(reading);
    return neighbours.size() < 2;
  });
  const auto distance = [&](const meter::CounterReading& reading) { return std::chrono::abs(reading.middle() - moment); };
  std::sort(neighbours.begin(), neighbours.end(), [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
  if (neighbours.size() > 1) neighbours.pop_back();
  return neighbours;
}

// Whether samples lie between the reading and the moment without a gap.
bool is_reached(const FineSamples& power, base::SteadyTime moment, const meter::CounterReading& reading) {
  const base::SteadyTime oldest = any_update(reading, power.sensor).earliest - mean_lag(power.sensor);
  return power_in(power, {std::min(oldest, moment), std::max(reading.after, moment)}).has_value();
}

// Whether the time between the moment and the farthest reading has no load in it, and that up to a reading beyond the
// moment, for as long as the samples may not show it yet. After a load they still show it for as long as they lag.
bool is_steady(const FineSamples& power, base::SteadyTime moment, base::SteadyTime farthest, IdleSide side) {
  const base::SteadyTime shown = farthest > moment ? farthest + power.newest_age() : moment;
  const base::Window window = side == IdleSide::before ? base::Window{farthest - power.sensor.counter_period, shown}
                                                       : base::Window{moment + power.newest_age(), farthest};
  if (window.length() <= base::Duration::zero()) return false;
  const auto seen = power_in(power, window);
  const double most = window.length() < kClocksFallAfter ? kWithoutLoadShortly : kWithoutLoad;
  return seen && seen->highest <= seen->lowest * most;
}

// What all readings allow together. If readings contradict each other, any may be right; if by more than `apart`, the
// counter is older than a period at times, and then no reading can narrow what others allow.
std::optional<Bounds> bounds_together(const std::vector<meter::CounterReading>& readings, const AreaToMoment& area,
                                      base::Energy apart) {
  std::optional<Bounds> together;
  bool is_older = false;
  for (const meter::CounterReading& reading : readings) {
    const auto bounds = bounds_of(reading, area);
    if (!bounds) continue;
    if (!together) together = *bounds;
    const Bounds narrowed = intersection(*together, *bounds);
    is_older = is_older || narrowed.low.value - narrowed.high.value > apart;
    together = narrowed.empty() || is_older ? hull(*together, *bounds) : narrowed;
  }
  return together;
}

// More readings than four, without a grid of ticks that would explain them, say no more than four.
Bounds no_narrower_than(Bounds bounds, base::Energy width) {
  const base::Energy missing = width - (bounds.high.value - bounds.low.value);
  if (missing <= base::Energy{}) return bounds;
  bounds.low.value = bounds.low.value - missing / 2;
  bounds.high.value += missing / 2;
  return bounds;
}

std::optional<CounterLock> lock_of(std::vector<meter::CounterReading> readings, const FineSamples& power) {
  const auto is_earlier = [](const auto& a, const auto& b) { return a.before < b.before; };
  std::sort(readings.begin(), readings.end(), is_earlier);
  return lock_counter(readings, power);
}

// By the reading nearest to the moment: all rest on the same ticks. That a call takes time is no age, as above.
std::optional<Bounds> locked_bounds(const CounterLock& lock, const meter::CounterReading& nearest, IdleSide side,
                                    const AreaToMoment& area) {
  const meter::TickWindow updated = lock.tick_of(side == IdleSide::before ? lock.ticks.size() - 1 : 0);
  const double call = base::to_seconds(nearest.after - nearest.before);
  return bounds_of(nearest, updated, std::min(0.5, call / 2 / base::to_seconds(updated.length())), area);
}

base::Power mean_power(const FineSamples& power, base::Window window) {
  const auto seen = power_in(power, window);
  return seen ? seen->area / window.length() : base::Power{};
}

}  // namespace

std::optional<CounterValue> counter_value_at(const Counter& counter, const Power& series, base::SteadyTime moment,
                                             IdleSide side, const meter::SensorTiming& sensor, Beside beside, Ticks ticks) {
  const auto spacing = usual_spacing(series, {moment - kSpacingReach, moment + kSpacingReach});
  if (!spacing || *spacing > meter::kFineSamples) return std::nullopt;
  const FineSamples power{series, *spacing, sensor};
  std::vector<meter::CounterReading> readings = readings_beside(counter, moment, side, sensor.load_tail);
  std::erase_if(readings, [&](const meter::CounterReading& reading) { return !is_reached(power, moment, reading); });
  if (readings.empty()) return std::nullopt;
  CounterValue at;
  at.level = mean_power(power, {readings.front().before - sensor.counter_period, readings.front().after});
  at.steady = beside == Beside::idle && is_steady(power, moment, readings.back().middle(), side);
  const AreaToMoment area(power, moment, side, at.steady);
  if (at.steady && ticks == Ticks::may_be_used) at.lock = lock_of(readings, power);
  const base::Energy quarter = at.level * sensor.counter_period / kReadingsASide;
  auto bounds = at.lock ? locked_bounds(*at.lock, readings.front(), side, area) : bounds_together(readings, area, quarter);
  if (!bounds) return std::nullopt;
  if (!at.lock && readings.size() > kReadingsASide) bounds = no_narrower_than(*bounds, quarter);
  at.value = (bounds->low.value + bounds->high.value) / 2;
  const bool confirmed = at.steady && readings.size() > 1;
  const base::Energy more = at.steady ? base::Energy{} : unsteadiness(power, moment, readings.back().middle());
  at.standard = confirmed ? standard_of(*bounds) : cautious_standard_of(*bounds, more);
  return at;
}

}  // namespace gpubench::energy
