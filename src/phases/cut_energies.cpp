#include "phases/cut_energies.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "energy/counter_check.h"
#include "energy/power_energy.h"
#include "energy/power_sample.h"
#include "energy/sensor.h"
#include "energy/uncertainty.h"
#include "phases/power_curve.h"

namespace gpubench::phases {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kSide = 160ms;  // of a mark, as long as it can be
constexpr base::Duration kShortestSide = 60ms;
constexpr double kFlat = 0.05;         // scatter of a side, as a share of its power
constexpr double kLeastContrast = 50;  // watts
constexpr double kClear = 3;           // times the scatter of both sides
// Increments of the counter and the samples' area of an H200 at 690 W differ by 0.96 J (root mean square) between two cuts.
constexpr double kSampleTimes = 1e-3;  // seconds, k = 1
constexpr double kLeastScatter = 1;    // watts: the samples' own noise
// Of the change at a cut, times the spacing: so much a series smooths from its higher side into the lower one. An average
// without gaps: an eighth; one whose values are further apart, with lines between them: up to a fifth.
constexpr double kSmoothed = 1.0 / 6;
// A phase as long as three averages of a coarse series shows its own power in the middle one.
constexpr int kAverages = 3;

// What the power series allows.
struct Timing {
  Lag lag;
  base::Duration spacing{};
  base::Duration before = kBefore;  // the mark's own time
  base::Duration after = kAfter;
  bool fine = true;
};

template <class T>
Timing timing_of(const series::Series<T>& series, base::Window run, const meter::SensorTiming& sensor) {
  Timing timing;
  timing.spacing = energy::usual_spacing(series, run).value_or(20ms);
  if constexpr (std::is_same_v<T, meter::PowerSample>) {
    const base::Duration longest = energy::sample_lag(sensor, timing.spacing);
    timing.lag.value = longest / 2;
    timing.lag.standard = base::from_seconds(base::to_seconds(longest) / 2 / energy::kRoot3);
    timing.fine = timing.spacing <= meter::kFineSamples;
  } else {
    timing.lag.value = sensor.averaged / 2;
    timing.lag.standard = base::from_seconds(base::to_seconds(sensor.averaged) / 2 / energy::kRoot3);
    timing.spacing = std::max(timing.spacing, sensor.averaged);
    timing.fine = false;
  }
  if (!timing.fine) {
    timing.before = timing.spacing;
    timing.after = timing.spacing * 2;
  }
  return timing;
}

struct Side {
  double watts = 0;
  double scatter = 0;
  bool known = false;  // long enough
  [[nodiscard]] bool flat() const { return known && scatter <= kFlat * watts; }
};

template <class Sums>
Side side_between(const Sums& from, const Sums& to) {
  Side side;
  const double seconds = base::to_seconds(to.time - from.time);
  if (seconds <= 0) return side;
  side.watts = (to.joules - from.joules) / seconds;
  side.scatter = std::sqrt(std::max(0.0, (to.squares - from.squares) / seconds - side.watts * side.watts));
  side.known = to.time - from.time >= kShortestSide;
  return side;
}

// The lag of an edge by the area of the time around its mark. Empty: it is not clear enough.
std::optional<base::Duration> lag_of(const Side& before, const Side& after, double area, base::Duration until) {
  const double change = before.watts - after.watts;
  const bool clear = before.flat() && after.flat() &&
                     std::abs(change) >= std::max(kLeastContrast, kClear * (before.scatter + after.scatter));
  if (!clear) return std::nullopt;
  const double unlagged = base::to_seconds(kBefore) * before.watts + base::to_seconds(until) * after.watts;
  return base::from_seconds((area - unlagged) / change);
}

// The power on the two sides of a cut, in watts. There may be a million of them.
struct Edge {
  float before = 0;
  float after = 0;
  float scatter_before = kNotFlat;
  float scatter_after = kNotFlat;
  [[nodiscard]] bool is_flat_before() const { return scatter_before < kNotFlat; }
  [[nodiscard]] bool is_flat_after() const { return scatter_after < kNotFlat; }
  static constexpr float kNotFlat = std::numeric_limits<float>::infinity();
};

// For each cut the nearest others that are not in the same place.
class Neighbours {
 public:
  explicit Neighbours(std::span<const Cut> cuts) : cuts_(cuts) {}
  void move_to(std::size_t cut) {
    const base::SteadyTime time = cuts_[cut].time;
    while (cuts_[before_].time < time - kSamePlace && before_ + 1 < cuts_.size()) ++before_;
    while (after_ < cuts_.size() && cuts_[after_].time <= time + kSamePlace) ++after_;
  }
  [[nodiscard]] std::optional<base::SteadyTime> before() const {
    return before_ == 0 ? std::nullopt : std::optional(cuts_[before_ - 1].time);
  }
  [[nodiscard]] std::optional<base::SteadyTime> after() const {
    return after_ == cuts_.size() ? std::nullopt : std::optional(cuts_[after_].time);
  }

 private:
  std::span<const Cut> cuts_;
  std::size_t before_ = 0;  // the first that is not clearly before
  std::size_t after_ = 0;   // the first that is clearly after
};

// Reads the sides of each cut; the cuts must rise.
template <class T>
class EdgeReader {
 public:
  EdgeReader(const series::Series<T>& series, std::span<const Cut> cuts, base::SteadyTime start)
      : cuts_(cuts),
        neighbours_(cuts),
        left_from_(series, start),
        left_to_(series, start),
        right_from_(series, start),
        right_to_(series, start),
        wide_from_(series, start),
        wide_to_(series, start) {}

  std::pair<Edge, EdgeLags> read(std::size_t cut) {
    neighbours_.move_to(cut);
    const base::SteadyTime mark = cuts_[cut].time;
    const auto before = left_to_.at(mark - kBefore);
    const base::SteadyTime left_limit = neighbours_.before().value_or(mark - 1h) + kAfter;
    const auto left =
        side_between(left_from_.at(std::min(std::max(mark - kBefore - kSide, left_limit), before.time)), before);
    const auto after = right_from_.at(mark + kAfter);
    const base::SteadyTime right_limit = neighbours_.after().value_or(mark + 1h) - kBefore;
    const auto right = side_between(after, right_to_.at(std::max(std::min(mark + kAfter + kSide, right_limit), after.time)));
    EdgeLags lags{std::abs(left.watts - right.watts), lag_of(left, right, after.joules - before.joules, kAfter)};
    const auto far = wide_from_.at(mark + kWideAfter);
    const auto wide = side_between(far, wide_to_.at(mark + kWideAfter + kSide));
    const bool free = mark + kWideAfter + kSide <= right_limit;
    if (free && left.watts > wide.watts) lags.wide_lag = lag_of(left, wide, far.joules - before.joules, kWideAfter);
    Edge edge;
    edge.before = static_cast<float>(left.watts);
    edge.after = static_cast<float>(right.watts);
    if (left.flat()) edge.scatter_before = static_cast<float>(left.scatter);
    if (right.flat()) edge.scatter_after = static_cast<float>(right.scatter);
    return {edge, lags};
  }

 private:
  std::span<const Cut> cuts_;
  Neighbours neighbours_;
  PowerCurve<T> left_from_;
  PowerCurve<T> left_to_;
  PowerCurve<T> right_from_;
  PowerCurve<T> right_to_;
  PowerCurve<T> wide_from_;
  PowerCurve<T> wide_to_;
};

// Energy, doubt and power at one cut; energy and noise since any moment.
struct AtCut {
  double joules = 0;
  double standard = 0;
  double watts = 0;
  double smoothed = 0;
  double noise_before = 0;  // joule^2, up to the samples beside the cut and from there on: the cut's own doubt is `standard`
  double noise_after = 0;
};

// What the power of a side says of the time between it and the cut, where it may have been another: by the scatter of the
// side.
double standard_of_side(double scatter, double seconds, double lag_standard, double watts) {
  return std::hypot(std::max(scatter, kLeastScatter) * seconds, lag_standard * watts);
}

// The steadier side counts more: after a load's start the power overshoots for a tenth of a second, before it nothing
// happens.
AtCut by_both_sides(const Edge& edge, const AtCut& by_before, const AtCut& by_after) {
  const double before = 1 / (by_before.standard * by_before.standard);
  const double after = 1 / (by_after.standard * by_after.standard);
  const double share = before / (before + after);
  AtCut cut;
  cut.joules = share * by_before.joules + (1 - share) * by_after.joules;
  const double apart = std::abs(by_before.joules - by_after.joules) * std::sqrt(share * (1 - share));
  cut.standard = std::hypot(1 / std::sqrt(before + after), apart);
  cut.watts = share * edge.before + (1 - share) * edge.after;
  return cut;
}

AtCut by_one_side(double joules, double plain, double watts) {
  return {joules, std::abs(joules - plain) / energy::kRoot3, watts};
}

// Reads the curve at each cut, moved by the lag.
template <class T>
class CutReader {
 public:
  CutReader(const series::Series<T>& series, const Timing& timing, base::SteadyTime start)
      : timing_(timing), before_(series, start), at_(series, start), after_(series, start) {}

  AtCut read(base::SteadyTime mark, const Edge& edge) {
    const double lag = base::to_seconds(timing_.lag.value);
    const auto before = before_.at(mark - timing_.before);
    const auto plain = at_.at(mark + timing_.lag.value);
    const auto after = after_.at(mark + timing_.after);
    const double since_before = base::to_seconds(timing_.before) + lag;
    const double until_after = base::to_seconds(timing_.after) - lag;
    const double by_left = before.joules + since_before * edge.before;
    const double by_right = after.joules - until_after * edge.after;
    AtCut cut;
    if (edge.is_flat_before() && edge.is_flat_after()) {
      const double lag_standard = base::to_seconds(timing_.lag.standard);
      cut = by_both_sides(edge, {by_left, standard_of_side(edge.scatter_before, since_before, lag_standard, edge.before)},
                          {by_right, standard_of_side(edge.scatter_after, until_after, lag_standard, edge.after)});
    } else if (edge.is_flat_before()) {
      cut = by_one_side(by_left, plain.joules, edge.before);
    } else if (edge.is_flat_after()) {
      cut = by_one_side(by_right, plain.joules, edge.after);
    } else {
      cut = plainly(before, plain, after);
    }
    cut.standard = std::hypot(cut.standard, kSampleTimes * cut.watts);
    cut.noise_before = before.noise;
    cut.noise_after = after.noise;
    return cut;
  }

 private:
  // A step may lie anywhere between two samples, and the lag moves it.
  template <class Sums>
  [[nodiscard]] AtCut plainly(const Sums& before, const Sums& at, const Sums& after) const {
    const Side around = side_between(before, after);
    const double spacing = base::to_seconds(timing_.spacing);
    AtCut cut;
    cut.joules = at.joules;
    cut.standard =
        std::hypot(2 * around.scatter * spacing / energy::kRoot12, around.scatter * base::to_seconds(timing_.lag.standard));
    cut.watts = around.watts;
    cut.smoothed = (side_between(at, after).watts - side_between(before, at).watts) * spacing * kSmoothed;
    return cut;
  }

  Timing timing_;
  PowerCurve<T> before_;
  PowerCurve<T> at_;
  PowerCurve<T> after_;
};

// The noise of what lies between the cuts, without what lies beside them.
class NoiseSum {
 public:
  double up_to(const AtCut& cut) {
    sum_ += std::max(0.0, cut.noise_before - after_last_);
    after_last_ = cut.noise_after;
    return sum_;
  }

 private:
  double sum_ = 0;
  double after_last_ = std::numeric_limits<double>::infinity();  // the first cut is the start of the run
};

// Never falling, and from 0 to the whole.
bool scale_to(CutEnergies& energies, base::Energy whole) {
  std::vector<double>& joules = energies.joules;
  for (std::size_t i = 1; i < joules.size(); ++i) joules[i] = std::max(joules[i], joules[i - 1]);
  const double first = joules.front();
  const double area = joules.back() - first;
  if (!(area > 0)) return false;
  for (double& value : joules) value = std::clamp((value - first) / area, 0.0, 1.0) * whole.joules();
  return true;
}

template <class T>
std::optional<CutEnergies> by_series(const series::Series<T>& series, Timing timing, base::Window run,
                                     const energy::EnergyEstimate& whole, std::span<const Cut> cuts) {
  const base::SteadyTime start = run.start - timing.before - kSide - 1s;
  std::vector<Edge> edges(timing.fine ? cuts.size() : 0);
  LagFinder finder(timing.lag);
  EdgeReader<T> edge_reader(series, cuts, start);
  for (std::size_t cut = 0; cut < edges.size(); ++cut) {
    const auto [edge, lags] = edge_reader.read(cut);
    edges[cut] = edge;
    finder.add(lags);
  }
  CutEnergies energies;
  energies.fine = timing.fine;
  if (!timing.fine) energies.resolution = {{}, timing.spacing * kAverages, timing.spacing};
  energies.resolution.sides.reserve(cuts.size());
  energies.lag = timing.lag = finder.find();
  CutReader<T> reader(series, timing, start);
  energies.joules.reserve(cuts.size());
  energies.standard.reserve(cuts.size());
  energies.watts.reserve(cuts.size());
  energies.smoothed.reserve(cuts.size());
  energies.noise.reserve(cuts.size());
  NoiseSum noise;
  for (std::size_t cut = 0; cut < cuts.size(); ++cut) {
    const Edge edge = edges.empty() ? Edge{} : edges[cut];
    const AtCut at = reader.read(cuts[cut].time, edge);
    energies.resolution.sides.push_back({edge.is_flat_before(), edge.is_flat_after()});
    energies.joules.push_back(at.joules);
    energies.standard.push_back(static_cast<float>(at.standard));
    energies.watts.push_back(static_cast<float>(at.watts));
    energies.smoothed.push_back(static_cast<float>(at.smoothed));
    energies.noise.push_back(timing.fine ? static_cast<float>(noise.up_to(at)) : 0.0F);
  }
  if (!scale_to(energies, whole.energy)) return std::nullopt;
  return energies;
}

bool covers(const series::GpuSeries& gpu, base::Window run) {
  if (!gpu.power) return false;
  const auto ring = energy::energy_from_power(*gpu.power, run);
  return ring && ring->coverage >= energy::kLeastCoverage;
}

}  // namespace

std::optional<CutEnergies> cut_energies(const series::GpuSeries& gpu, base::Window run, const energy::EnergyEstimate& whole,
                                        std::span<const Cut> cuts) {
  if (run.length() <= base::Duration::zero() || cuts.size() < 2) return std::nullopt;
  if (covers(gpu, run)) return by_series(*gpu.power, timing_of(*gpu.power, run, gpu.sensor), run, whole, cuts);
  if (!gpu.readings) return std::nullopt;
  return by_series(*gpu.readings, timing_of(*gpu.readings, run, gpu.sensor), run, whole, cuts);
}

}  // namespace gpubench::phases
