#include "energy/counter_ends.h"

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "energy/counter_transitions.h"
#include "energy/linear_curve.h"
#include "energy/walk.h"

namespace gpubench::energy {
namespace {

using namespace std::chrono_literals;

// Idle power times this is the error of one anchor: 2.5 J at 100 W. Bursts of one GPU reach 2.5 ms, of eight GPUs 15 ms.
constexpr base::Duration kWellTimed = 25ms;
constexpr base::Duration kLongestLag = 60ms;      // of the counter's publication
constexpr base::Duration kPreWindow = 2s;         // idle before the start that gives P_pre
constexpr base::Duration kPostFrom = 150ms;       // lag + update under way at the end
constexpr base::Duration kPostUntil = 1000ms;     // early: idle power falls for seconds after a load
constexpr base::Duration kFarthestAnchor = 1s;    // from its end of the run
constexpr base::Duration kShortestSlope = 200ms;  // two updates
constexpr double kSteady = 3.0;                   // fastest to slowest update; timing alone makes up to 1.7
constexpr base::Duration kReach = 3s;             // of the walk around the run

// Slope of the counter if the changes lie on a steady line long enough to give one.
std::optional<base::Power> steady_slope(std::span<const Transition> changes) {
  if (changes.size() < 3 || changes.back().time - changes.front().time < kShortestSlope) return std::nullopt;
  std::optional<base::Power> slowest;
  std::optional<base::Power> fastest;
  for (std::size_t i = 1; i < changes.size(); ++i) {
    const base::Power power = (changes[i].energy - changes[i - 1].energy) / (changes[i].time - changes[i - 1].time);
    slowest = std::min(slowest.value_or(power), power);
    fastest = std::max(fastest.value_or(power), power);
  }
  if (*fastest > *slowest * kSteady) return std::nullopt;
  return (changes.back().energy - changes.front().energy) / (changes.back().time - changes.front().time);
}

// Collects what concerns the two ends while the readings go by.
class EndsWalk {
 public:
  explicit EndsWalk(base::Window run) : run_(run), finder_(run.start), curve_({run.start, run.end}) {}
  // False: nothing later can matter.
  bool add(const meter::CounterReading& reading);
  [[nodiscard]] base::Result<CounterEnds> finish() const;

 private:
  void note_change(const Transition& change);
  void note_gap(base::SteadyTime until);
  [[nodiscard]] std::optional<base::Energy> anchor_before() const;
  [[nodiscard]] std::optional<base::Energy> anchor_after() const;
  [[nodiscard]] std::optional<base::Error> missing_end() const;

  base::Window run_;
  TransitionFinder finder_;
  LinearCurve curve_;
  std::vector<Transition> before_;  // well-timed ones of the idle before the run
  std::vector<Transition> after_;   // and of that after it
  std::optional<base::SteadyTime> previous_;
  CounterEnds ends_;
  std::optional<base::Error> error_;
};

bool EndsWalk::add(const meter::CounterReading& reading) {
  const base::SteadyTime time = reading.middle();
  if (time > run_.end + kReach && curve_.last() && curve_.last()->time > run_.end) return false;
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
  if (change.uncertainty > kWellTimed) return;
  if (change.time <= run_.start && change.time >= run_.start - kPreWindow) before_.push_back(change);
  if (change.time >= run_.end + kLongestLag && change.time <= run_.end + kPostUntil) after_.push_back(change);
}

std::optional<base::Energy> EndsWalk::anchor_before() const {
  const auto power = steady_slope(before_);
  if (!power || run_.start - before_.back().time > kFarthestAnchor) return std::nullopt;
  return before_.back().energy + *power * (run_.start - before_.back().time);
}

std::optional<base::Energy> EndsWalk::anchor_after() const {
  const auto clean = std::find_if(after_.begin(), after_.end(),
                                  [&](const Transition& change) { return change.time >= run_.end + kPostFrom; });
  const auto power = steady_slope(std::span(clean, after_.end()));
  if (!power || after_.front().time - run_.end > kFarthestAnchor) return std::nullopt;
  return after_.front().energy - *power * (after_.front().time - run_.end);
}

std::optional<base::Error> EndsWalk::missing_end() const {
  if (!curve_.has_line()) return base::Error{"there are fewer than two readings of the energy counter around the run", ""};
  if (curve_.first()->time > run_.start + kCounterPeriod) {
    return base::Error{"the energy counter was not read before the start of the run", ""};
  }
  if (curve_.last()->time < run_.end - kCounterPeriod) {
    return base::Error{"the energy counter was not read after the end of the run", ""};
  }
  return std::nullopt;
}

base::Result<CounterEnds> EndsWalk::finish() const {
  if (error_) return base::failure(*error_);
  if (const auto error = missing_end()) return base::failure(*error);
  CounterEnds ends = ends_;
  const std::vector<base::Energy> interpolated = curve_.finish();
  const std::optional<base::Energy> start = anchor_before();
  const std::optional<base::Energy> end = anchor_after();
  ends.at_start = start.value_or(interpolated[0]);
  ends.at_end = end.value_or(interpolated[1]);
  ends.anchored = start.has_value() && end.has_value();
  ends.extrapolated = std::max(base::Duration::zero(), curve_.first()->time - run_.start) +
                      std::max(base::Duration::zero(), run_.end - curve_.last()->time);
  ends.longest_gap = std::max(ends.longest_gap, run_.end - std::max(*previous_, run_.start));
  if (ends.at_end <= ends.at_start)
    return base::failure("the run is too short for the energy counter, which moves every 100 ms");
  return ends;
}

}  // namespace

std::size_t first_reading_for(const series::Series<meter::CounterReading>& counter, base::SteadyTime time) {
  const std::size_t first = first_not_before(counter, time - kReach, [](const auto& reading) { return reading.middle(); });
  return first - std::min<std::size_t>(first, 2);
}

base::Result<CounterEnds> counter_ends(const series::Series<meter::CounterReading>& counter, base::Window run) {
  if (run.length() <= base::Duration::zero()) return base::failure("the run has no duration");
  if (counter.size() == 0) return base::failure("the energy counter could not be read");
  EndsWalk walk(run);
  visit_while(counter, first_reading_for(counter, run.start), [&](const auto& reading) { return walk.add(reading); });
  return walk.finish();
}

}  // namespace gpubench::energy
