#include "energy/counter_value.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <vector>

#include "energy/counter_transitions.h"
#include "energy/power_integral.h"
#include "energy/sample_spacing.h"
#include "energy/sensor.h"
#include "energy/series_search.h"
#include "energy/uncertainty.h"

namespace gpubench::energy {
namespace {

using namespace std::chrono_literals;
using Counter = series::Series<meter::CounterReading>;
using Power = series::Series<meter::PowerSample>;

constexpr base::Duration kSpacingReach = 500ms;  // on either side of the moment
constexpr base::Duration kIdleReach = 3s;        // of the idle time beside the moment
constexpr base::Duration kIdleLevel = 100ms;     // of samples that show the idle power
constexpr base::Duration kLongestGap = 100ms;
// Highest to lowest power of a time without load in it: an H200's falls from 128 to 80 W when its clocks do.
constexpr double kWithoutLoad = 2;
// Ring against counter on an H200 (k = 2): half a per cent under load. In idle 0.04 J in a second of 80 W; four times that.
constexpr double kRingShare = 0.005;
constexpr double kRingShareInIdle = 0.002;

// The driver's samples, and how far apart they are.
struct Samples {
  const Power& series;
  base::Duration spacing;
  const meter::SensorTiming& sensor;
  // Before a load begins they may show it, as each is a straight line to the next; after it ends, for as long as they lag.
  [[nodiscard]] base::Duration clear_before() const { return spacing; }
  [[nodiscard]] base::Duration clear_after() const { return 2 * sensor.sample_lag + spacing; }
  // The newest one is at most this old when they are drained.
  [[nodiscard]] base::Duration newest_age() const { return sample_lag(sensor, spacing); }
};

// When the counter that a reading shows can have been updated last.
base::SteadyTime oldest_update(const meter::CounterReading& reading, const meter::SensorTiming& sensor) {
  return reading.before - mean_lag(sensor) - sensor.counter_period;
}

// The power samples of one window, in one pass.
struct WindowPower {
  base::Energy area;
  base::Power lowest;
  base::Power highest;
};

std::optional<WindowPower> power_in(const Samples& power, base::Window window) {
  PowerIntegral integral(window, kLongestGap);
  std::optional<base::Power> lowest;
  std::optional<base::Power> highest;
  const std::size_t first = first_not_before(power.series, window.start, [](const auto& sample) { return sample.time; });
  bool any = false;
  base::SteadyTime newest = base::SteadyTime::min();
  visit_while(power.series, first - std::min<std::size_t>(first, 1), [&](const meter::PowerSample& sample) {
    any = true;
    newest = sample.time;
    if (sample.time >= window.start && sample.time <= window.end) {
      lowest = std::min(lowest.value_or(sample.power), sample.power);
      highest = std::max(highest.value_or(sample.power), sample.power);
    }
    return integral.add(sample);
  });
  if (!any || newest < window.end - power.newest_age()) return std::nullopt;
  integral.finish();
  if (integral.longest_gap() > kLongestGap) return std::nullopt;
  return WindowPower{integral.energy(), lowest.value_or(base::Power{}), highest.value_or(base::Power{})};
}

// The area between any time and the moment, positive if the time is the earlier one.
class AreaToMoment {
 public:
  // Idle: what the samples next to the moment show of the load's own edge (a sample has a length and comes late) is
  // replaced by the idle power beyond.
  AreaToMoment(const Samples& power, base::SteadyTime moment, IdleSide side, bool idle)
      : power_(power), from_(moment), doubt_(idle ? kRingShareInIdle : kRingShare) {
    if (!idle) return;
    from_ = side == IdleSide::before ? moment - power.clear_before() : moment + power.clear_after();
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
  const Samples& power_;
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

// Of doubts: that of the samples' areas, and how long the call took, at the power then.
std::optional<Bounds> bounds_of(const meter::CounterReading& reading, const AreaToMoment& area) {
  const meter::SensorTiming& sensor = area.sensor();
  const auto youngest = area.from(reading.after - mean_lag(sensor));
  const auto oldest = area.from(oldest_update(reading, sensor));
  if (!youngest || !oldest) return std::nullopt;
  const base::Duration call = reading.after - reading.before;
  const base::Energy timing =
      (*oldest - *youngest) * (base::to_seconds(call / 2) / base::to_seconds(sensor.counter_period + call));
  const base::Energy areas = base::Energy::from_joules(std::abs(((*youngest + *oldest) / 2).joules()) * area.doubt());
  return Bounds{{reading.energy + *youngest - areas, timing + areas}, {reading.energy + *oldest + areas, timing + areas}};
}

// Age and doubt are independent of each other, and any place within either alike.
base::Energy standard_of(const Bounds& bounds) {
  const base::Energy doubt = (bounds.low.doubt + bounds.high.doubt) / 2;
  const base::Energy age = std::max(base::Energy{}, (bounds.high.value - bounds.low.value) / 2 - doubt);
  return root_sum_square(std::array{age, doubt}) / kRoot3;
}

// What the samples' coarseness makes of a change of power at the moment itself, and the lags of samples and counter of a
// change between the moment and the farthest reading.
base::Energy unsteadiness(const Samples& power, base::SteadyTime moment, base::SteadyTime farthest) {
  const base::Window beside{std::min(farthest, moment) - power.newest_age(),
                            std::max(farthest, moment) + power.newest_age()};
  const auto seen = power_in(power, beside);
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
bool is_reached(const Samples& power, base::SteadyTime moment, const meter::CounterReading& reading) {
  const base::SteadyTime oldest = oldest_update(reading, power.sensor);
  return power_in(power, {std::min(oldest, moment), std::max(reading.after, moment)}).has_value();
}

// Whether the time between the moment and the farthest reading has no load in it. After a load the samples still show it for
// as long as they lag.
bool is_steady(const Samples& power, base::SteadyTime moment, base::SteadyTime farthest, IdleSide side) {
  const base::Window window = side == IdleSide::before ? base::Window{farthest - power.sensor.counter_period, moment}
                                                       : base::Window{moment + power.newest_age(), farthest};
  if (window.length() <= base::Duration::zero()) return false;
  const auto seen = power_in(power, window);
  return seen && seen->highest <= seen->lowest * kWithoutLoad;
}

// What all readings allow together. If readings contradict each other, any may be right.
std::optional<Bounds> bounds_together(const std::vector<meter::CounterReading>& readings, const AreaToMoment& area) {
  std::optional<Bounds> together;
  for (const meter::CounterReading& reading : readings) {
    const auto bounds = bounds_of(reading, area);
    if (!bounds) continue;
    if (!together) together = *bounds;
    const Bounds narrowed = intersection(*together, *bounds);
    together = narrowed.empty() ? hull(*together, *bounds) : narrowed;
  }
  return together;
}

}  // namespace

std::optional<CounterValue> counter_value_at(const Counter& counter, const Power& series, base::SteadyTime moment,
                                             IdleSide side, const meter::SensorTiming& sensor, Beside beside) {
  const auto spacing = usual_spacing(series, {moment - kSpacingReach, moment + kSpacingReach});
  if (!spacing || *spacing > meter::kFineSamples) return std::nullopt;
  const Samples power{series, *spacing, sensor};
  std::vector<meter::CounterReading> readings = readings_beside(counter, moment, side, sensor.load_tail);
  std::erase_if(readings, [&](const meter::CounterReading& reading) { return !is_reached(power, moment, reading); });
  if (readings.empty()) return std::nullopt;
  CounterValue at;
  at.steady = beside == Beside::idle && is_steady(power, moment, readings.back().middle(), side);
  const auto bounds = bounds_together(readings, AreaToMoment(power, moment, side, at.steady));
  if (!bounds) return std::nullopt;
  at.value = (bounds->low.value + bounds->high.value) / 2;
  const bool confirmed = at.steady && readings.size() > 1;
  const base::Energy more = at.steady ? base::Energy{} : unsteadiness(power, moment, readings.back().middle());
  at.standard = confirmed ? standard_of(*bounds) : cautious_standard_of(*bounds, more);
  const base::Window growing{readings.front().before - sensor.counter_period, readings.front().after};
  if (const auto aged = power_in(power, growing)) at.level = aged->area / growing.length();
  return at;
}

}  // namespace gpubench::energy
