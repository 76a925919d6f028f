#include "energy/counter_check.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "energy/counter_transitions.h"
#include "energy/running_area.h"
#include "energy/sensor.h"

namespace gpubench::energy {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kAround = 3s;  // of the run: idle time that is looked at as well
constexpr double kBeyond = 3;           // times the standard uncertainties of both: more is not by chance
constexpr double kFar = 0.1;            // share of the energy beyond which the counter is broken
constexpr double kDeaf = 0.5;           // slope below which it does not follow the load; above the inverse neither
constexpr double kVaried = 0.1;         // least deviation of power, as a share of its mean, from which a slope can be found
constexpr double kVariedWatts = 10;

struct PieceRule {
  base::Duration shortest;     // piece between two changes of the counter
  base::Duration longest_gap;  // between samples within it
  bool steps;                  // fine enough to find one
};
constexpr PieceRule kAveragePieces{5s, 1200ms, false};
// Ten samples or more, so that the lag of one hardly matters.
PieceRule ring_pieces(base::Duration spacing) {
  return {std::max<base::Duration>(500ms, 10 * spacing), std::max<base::Duration>(100ms, 2 * spacing),
          spacing <= meter::kFineSamples};
}
constexpr double kPieceShare = 0.05;  // ring against counter on a load locked to the sensor

// Straight line through (samples' power, counter's power), weighted by time.
class Fit {
 public:
  void add(base::Power samples, base::Power counter, base::Duration length) {
    const double weight = base::to_seconds(length);
    const double x = samples.watts();
    const double y = counter.watts();
    weight_ += weight;
    x_ += weight * x;
    y_ += weight * y;
    xx_ += weight * x * x;
    xy_ += weight * x * y;
  }
  [[nodiscard]] std::optional<base::Ratio> slope() const {
    if (weight_ <= 0) return std::nullopt;
    const double mean = x_ / weight_;
    const double variance = xx_ / weight_ - mean * mean;
    const double least = std::max(kVaried * mean, kVariedWatts);
    if (variance < least * least) return std::nullopt;
    return base::Ratio::from_fraction((xy_ / weight_ - mean * y_ / weight_) / variance);
  }

 private:
  double weight_ = 0;
  double x_ = 0;
  double y_ = 0;
  double xx_ = 0;
  double xy_ = 0;
};

base::Energy size_of(base::Energy energy) {
  return base::Energy::from_joules(std::abs(energy.joules()));
}

// How the counter follows the power samples.
struct Tracking {
  std::optional<base::Ratio> slope;
  base::Energy step;
};

// A piece may differ by what the lag makes of the span of power, by the timing of its two changes at the power then, and by
// the samples' own error.
base::Energy unexplained(base::Energy difference, base::Energy piece, base::Duration timing, const PowerSpan& span,
                         base::Duration lag) {
  const base::Energy explained = (span.high - span.low) * lag + span.high * timing + piece * kPieceShare;
  return size_of(difference) > explained ? size_of(difference) : base::Energy{};
}

template <class T>
Tracking track(const series::GpuSeries& gpu, const series::Series<T>& power, base::Window run, PieceRule rule,
               const PowerSpan& span) {
  const series::Series<meter::CounterReading>& counter = *gpu.counter;
  Fit fit;
  base::Energy step;
  std::optional<RunningArea<T>> area;
  std::optional<Transition> from;
  TransitionFinder finder(run.start, gpu.sensor);
  visit_while(counter, first_reading_for(counter, run.start), [&](const meter::CounterReading& reading) {
    const auto found = finder.add(reading);
    if (!found || reading.middle() > run.end + kAround) return false;
    const std::optional<Transition>& change = *found;
    if (!change || (from && change->time - from->time < rule.shortest)) return true;
    if (!area) area.emplace(power, change->time);
    const auto part = area->until(change->time);
    if (from && part.known && part.longest_gap <= rule.longest_gap) {
      const base::Duration length = change->time - from->time;
      const base::Energy counted = change->energy - from->energy;
      fit.add(part.energy / length, counted / length, length);
      if (rule.steps)
        step = std::max(step, unexplained(counted - part.energy, part.energy, from->uncertainty + change->uncertainty, span,
                                          gpu.sensor.counter_lag));
    }
    from = change;
    return true;
  });
  return {fit.slope(), step};
}

// Three standard uncertainties of the difference.
base::Energy tolerance(const EnergyEstimate& a, const EnergyEstimate& b) {
  return root_sum_square(std::array{a.uncertainty.standard(), b.uncertainty.standard()}) * kBeyond;
}

std::string percent(double fraction) {
  std::array<char, 32> text{};
  char* const end = std::to_chars(text.data(), text.data() + text.size(), fraction * 100, std::chars_format::fixed, 0).ptr;
  return std::string(text.data(), end) + " %";
}

Tracking tracking_of(const series::GpuSeries& gpu, base::Window run, const EnergyEstimate& independent) {
  const PowerSpan span = independent.span.value_or(PowerSpan{});
  if (independent.method == EnergyMethod::power_ring)
    return track(gpu, *gpu.power, run, ring_pieces(independent.spacing), span);
  return track(gpu, *gpu.readings, run, kAveragePieces, span);
}

// A third method supports the counter against the method it was compared with.
bool vouched_for(const EnergyEstimate& counter, const EnergyEstimate& independent, const EnergyEstimate* third) {
  if (third == nullptr) return false;
  const base::Energy distance = size_of(third->energy - counter.energy);
  return distance <= tolerance(*third, counter) && distance < size_of(third->energy - independent.energy);
}

}  // namespace

std::string_view state_text(CounterState state) {
  switch (state) {
    case CounterState::unavailable:
      return "unavailable";
    case CounterState::unchecked:
      return "unchecked";
    case CounterState::trusted:
      return "trusted";
    case CounterState::disputed:
      return "disputed";
    case CounterState::broken:
      return "broken";
  }
  return "unknown";
}

CounterCheck check_counter(const series::GpuSeries& gpu, base::Window run, const EnergyEstimate* counter,
                           const EnergyEstimate* independent, const EnergyEstimate* third) {
  CounterCheck check;
  if (counter == nullptr) return check;
  check.state = CounterState::unchecked;
  if (independent == nullptr) return check;
  check.against = method_text(*independent);
  check.difference = independent->energy - counter->energy;
  const Tracking tracking = tracking_of(gpu, run, *independent);
  check.slope = tracking.slope;
  check.step = tracking.step;
  const base::Energy distance = size_of(*check.difference);
  const base::Energy allowed = tolerance(*counter, *independent);
  const bool deaf = check.slope && (check.slope->fraction() < kDeaf || check.slope->fraction() > 1 / kDeaf);
  const bool far = distance > independent->energy * kFar + allowed;
  check.apart = distance > allowed;
  check.state = CounterState::trusted;
  if (!deaf && distance <= allowed && check.step == base::Energy{}) return check;
  check.state = (deaf || far) && !vouched_for(*counter, *independent, third) ? CounterState::broken : CounterState::disputed;
  if (deaf) {
    check.reason = "it does not follow the load: it rises by only " + percent(check.slope->fraction()) +
                   " of the rise of the power samples";
  } else if (distance <= allowed) {
    check.reason = "it jumps where the power samples do not";
  } else {
    check.reason = "its energy and that of the power samples differ by more than their uncertainties allow";
  }
  return check;
}

}  // namespace gpubench::energy
