#include "compare/change_of.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <set>

#include "statistics/stationarity.h"
#include "statistics/stopping.h"

namespace gpubench::compare {
namespace {

using statistics::Change;
using statistics::Floors;

constexpr std::size_t kFewestSittings = 3;
constexpr double kEnoughSittings = 3;  // degrees of freedom of the history's own sitting term: four sittings

// The values of a side as they are compared: logarithms, or the values themselves for a difference.
struct Numbers {
  std::vector<double> values;
  std::vector<double> times;
  std::vector<std::size_t> runs;  // of each value that is a mean of a sitting
  Floors floors;
  bool stopped_by_values = false;

  [[nodiscard]] statistics::Side side() const { return {values, floors, stopped_by_values}; }
  [[nodiscard]] double degrees() const { return statistics::degrees_of(values.size(), stopped_by_values); }
};

double rounding_step(Metric metric, const std::vector<const SideRun*>& runs) {
  int decimals = -1;  // a trailing zero is not written: the longest of all counts
  for (const SideRun* run : runs) decimals = std::max(decimals, run->values.figure(metric)->decimals);
  return decimals < 0 ? 0 : std::pow(10.0, -decimals);
}

Numbers numbers_of(Metric metric, const std::vector<const SideRun*>& runs, bool as_logarithms) {
  Numbers numbers;
  std::vector<double> meter;
  std::vector<double> common;
  double sum = 0;
  for (const SideRun* run : runs) {
    const Figure& figure = *run->values.figure(metric);
    const double scale = as_logarithms ? figure.value : 1;
    numbers.values.push_back(as_logarithms ? std::log(figure.value) : figure.value);
    numbers.times.push_back(run->values.start_seconds);
    numbers.stopped_by_values = numbers.stopped_by_values || run->until;
    meter.push_back(figure.meter / scale);
    common.push_back(figure.common / scale);
    sum += scale;
  }
  const double step = rounding_step(metric, runs) * static_cast<double>(runs.size()) / sum;
  numbers.floors = {statistics::root_mean_square(meter), step, statistics::root_mean_square(common)};
  return numbers;
}

std::set<std::string> sittings_of(const std::vector<const SideRun*>& runs) {
  std::set<std::string> sittings;
  for (const SideRun* run : runs) sittings.insert(run->sitting);
  return sittings;
}

// Values become the means of their sittings. `within`: the scatter of the runs of a sitting.
Numbers sitting_means(const Numbers& numbers, const std::vector<const SideRun*>& runs, statistics::Pool& within) {
  std::map<std::string, std::vector<std::size_t>> sittings;
  for (std::size_t i = 0; i < runs.size(); ++i) sittings[runs[i]->sitting].push_back(i);
  Numbers means;
  means.floors = numbers.floors;
  for (const auto& [name, indices] : sittings) {
    const auto sample = [&runs_of_one = indices](const std::vector<double>& all) {
      std::vector<double> chosen;
      chosen.reserve(runs_of_one.size());
      for (const std::size_t index : runs_of_one) chosen.push_back(all[index]);
      return statistics::describe(chosen);
    };
    within.add(sample(numbers.values));
    means.values.push_back(sample(numbers.values).mean);
    means.times.push_back(sample(numbers.times).mean);
    means.runs.push_back(indices.size());
  }
  return means;
}

// Runs that are like the one before say less than their number: the variance only grows.
void widen_for_runs_that_follow(Change& change, const Numbers& numbers, const char* name) {
  const double factor = statistics::autocorrelation_factor(numbers.times, numbers.values);
  if (factor <= 1) return;
  const auto n = static_cast<double>(numbers.values.size());
  const double scatter = statistics::floored(statistics::describe(numbers.values).deviation, numbers.floors);
  change.budget.add({name, scatter * std::sqrt((factor - 1) / n), numbers.degrees()});
}

bool has_sittings(const Known& known) {
  return known.sittings && known.sittings->degrees >= kEnoughSittings;
}

// `scale`: 1 of logarithms, else the value that relative uncertainties act on.
void add_sitting(Change& change, const Known& known, double scale) {
  if (has_sittings(known)) {
    const double standard = std::numbers::sqrt2 * known.sittings->deviation * scale;
    change.budget.add({std::string(kKnownSittingTerm), standard, known.sittings->degrees});
  } else {
    change.budget.add({std::string(kAssumedSittingTerm), statistics::assumed_sitting_uncertainty() * scale});
  }
}

MetricChange unpaired(const Numbers& base, const Numbers& changed, Method method) {
  MetricChange result{method, base.values.size(), {}, {}};
  if (base.values.size() == 1 || changed.values.size() == 1) {
    if (method == Method::runs) result.method = Method::one_against_several;
    result.change = statistics::single_change(base.side(), changed.side());
    return result;
  }
  result.change = statistics::unpaired_change(base.side(), changed.side());
  widen_for_runs_that_follow(result.change, base, "runs of BASE that follow each other");
  widen_for_runs_that_follow(result.change, changed, "runs of NEW that follow each other");
  result.ranks = statistics::mann_whitney(changed.values, base.values);
  return result;
}

// A side of one sitting has the scatter of the other's sittings, which may be of more runs.
MetricChange by_sittings(const Numbers& base, const Numbers& changed, const Selection& runs) {
  statistics::Pool within;
  const Numbers before = sitting_means(base, runs.base, within);
  const Numbers after = sitting_means(changed, runs.changed, within);
  MetricChange result = unpaired(before, after, Method::sittings);
  const bool one_of_base = before.values.size() == 1;
  if (!one_of_base && after.values.size() > 1) return result;
  const auto term = statistics::term_of_fewer_runs(within.repeatability(), (one_of_base ? before : after).runs.front(),
                                                   (one_of_base ? after : before).runs);
  if (term) result.change.budget.add(*term);
  return result;
}

MetricChange paired(const Numbers& base, const Numbers& changed) {
  MetricChange result{Method::pairs, base.values.size(), statistics::paired_change(base.side(), changed.side()), {}};
  result.ranks = statistics::signed_rank(changed.values, base.values);
  result.single_deviation = result.change.budget.standard() * std::sqrt(static_cast<double>(result.count));
  return result;
}

bool is_enough(const std::optional<statistics::Repeatability>& known) {
  return known && known->degrees >= statistics::kEnoughHistory;
}

// One run a side, and sittings that are known: the scatter of their means holds that of runs, whole in sittings of one run,
// less in sittings of more. Empty: they are too few, or it is not known what they lack.
std::optional<MetricChange> by_known_sittings(const Numbers& base, const Numbers& changed, const Known& known) {
  const bool enough = is_enough(known.sittings) || (has_sittings(known) && is_enough(known.within));
  if (!enough) return std::nullopt;
  MetricChange result;
  result.method = Method::history;
  result.change = statistics::pooled_change(base.side(), changed.side(), *known.sittings);
  const auto within = known.within.value_or(statistics::Repeatability{});
  if (auto term = statistics::term_of_fewer_runs(within, 1, known.runs_of_sittings)) {
    term->standard *= std::numbers::sqrt2;  // of both sides
    result.change.budget.add(*term);
  }
  return result;
}

// One or two runs a side, of which at most one set says anything of their scatter.
MetricChange few(const Numbers& base, const Numbers& changed, const Known& known) {
  MetricChange result;
  result.method = is_enough(known.within) ? Method::history : Method::meter_only;
  result.change = is_enough(known.within) ? statistics::pooled_change(base.side(), changed.side(), *known.within)
                                          : statistics::meter_change(base.side(), changed.side());
  return result;
}

// The change without what other boards add.
MetricChange without_boards(const Numbers& base, const Numbers& changed, const Selection& runs, const Known& known,
                            double scale) {
  if (runs.paired && base.values.size() > 1) return paired(base, changed);
  const auto base_sittings = sittings_of(runs.base);
  const auto new_sittings = sittings_of(runs.changed);
  if (std::max(base_sittings.size(), new_sittings.size()) >= kFewestSittings) return by_sittings(base, changed, runs);
  const bool one_sitting = base_sittings == new_sittings && base_sittings.size() == 1;
  const bool is_few = std::max(base.values.size(), changed.values.size()) <= 2;
  const bool ones = base.values.size() == 1 && changed.values.size() == 1;
  if (ones && !one_sitting)
    if (auto result = by_known_sittings(base, changed, known)) return *std::move(result);
  const bool by_few = ones || (is_few && is_enough(known.within));
  MetricChange result = by_few ? few(base, changed, known) : unpaired(base, changed, Method::runs);
  if (result.method != Method::meter_only && !one_sitting) add_sitting(result.change, known, scale);
  return result;
}

}  // namespace

statistics::BoardShares board_shares(const std::vector<const SideRun*>& runs) {
  statistics::BoardShares joules;
  double all = 0;
  for (const SideRun* run : runs)
    for (const Board& board : run->values.boards) {
      joules[board.uuid] += board.joules.value_or(0);
      all += board.joules.value_or(0);
    }
  for (auto& [uuid, share] : joules) share = all > 0 ? share / all : 1 / static_cast<double>(joules.size());
  return joules;
}

MetricChange change_of(Metric metric, const Selection& runs, const Known& known) {
  const MetricFacts& facts = facts_of(metric);
  const Numbers base = numbers_of(metric, runs.base, !facts.as_difference);
  const Numbers changed = numbers_of(metric, runs.changed, !facts.as_difference);
  // On a difference, what is relative acts by the greater of the two values.
  const double scale = !facts.as_difference ? 1
                                            : std::max(std::abs(statistics::describe(base.values).mean),
                                                       std::abs(statistics::describe(changed.values).mean));
  MetricChange result = without_boards(base, changed, runs, facts.as_difference ? Known{} : known, scale);
  const double gain = statistics::gain_between(board_shares(runs.base), board_shares(runs.changed));
  if (facts.of_power_sensor && gain > 0) result.change.budget.add({std::string(kBoardTerm), gain * scale});
  return result;
}

MeanOfSide mean_of_side(Metric metric, const std::vector<const SideRun*>& runs) {
  const Numbers numbers = numbers_of(metric, runs, false);
  MeanOfSide side{statistics::mean_of(numbers.values, numbers.floors, numbers.degrees())};
  side.absolute = facts_of(metric).of_power_sensor ? statistics::absolute_half_width(side.mean, board_shares(runs))
                                                   : side.mean.half_width();
  return side;
}

}  // namespace gpubench::compare
