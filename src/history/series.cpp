#include "history/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "compare/judge.h"
#include "statistics/decision.h"

namespace gpubench::history {
namespace {

using compare::Metric;
using compare::RunValues;
using compare::SideRun;
using SeriesName = std::pair<std::string, std::string>;  // key and boards
using SeriesRuns = std::vector<const SideRun*>;

constexpr std::size_t kFewestBefore = 3;
constexpr std::size_t kMostBefore = 30;

std::string uuids_of(const RunValues& run) {
  std::set<std::string> uuids;
  for (const compare::Board& board : run.boards) uuids.insert(board.uuid);
  return base::joined({uuids.begin(), uuids.end()}, ", ");
}

bool has_ratio(const SideRun& run, Metric metric) {
  const auto& figure = run.values.figure(metric);
  return run.counts() && !run.values.replayed && figure && figure->value > 0;
}

// What runs of one series have in common: their key. Variants of a set may differ in what the key does not name, such as
// --env or the image under a name: those have the variant's name as well.
class Keys {
 public:
  void add(const std::vector<SideRun>& runs) {
    for (const SideRun& run : runs)
      if (!run.set.empty()) variants_[{run.set, run.values.key()}].insert(run.variant);
  }
  [[nodiscard]] std::string of(const SideRun& run) const {
    const std::string key = run.values.key();
    const auto found = variants_.find({run.set, key});
    const bool several = found != variants_.end() && found->second.size() > 1;
    return several ? key + ", " + run.variant : key;
  }

 private:
  std::map<std::pair<std::string, std::string>, std::set<std::string>> variants_;  // by set and key
};

// The runs of each sitting, in the order of the sittings' starts.
std::vector<SeriesRuns> by_sitting(const SeriesRuns& runs) {
  std::vector<SeriesRuns> sittings;
  std::map<std::string, std::size_t> places;
  for (const SideRun* run : runs) {
    const auto [place, is_new] = places.try_emplace(run->sitting + "\n" + run->variant, sittings.size());
    if (is_new) sittings.emplace_back();
    sittings[place->second].push_back(run);
  }
  return sittings;
}

std::vector<double> logs_of(const SeriesRuns& runs, Metric metric) {
  std::vector<double> logs;
  logs.reserve(runs.size());
  for (const SideRun* run : runs) logs.push_back(std::log(run->values.figure(metric)->value));
  return logs;
}

std::string limit_of(const RunValues& run) {
  if (run.boards.empty() || !run.boards.front().power_limit_watts) return {};
  return fmt::format("{:g} W", *run.boards.front().power_limit_watts);
}

std::vector<std::string> marks_between(const RunValues& before, const RunValues& after) {
  std::vector<std::string> marks;
  const auto mark = [&marks](const char* what, const std::string& was, const std::string& is) {
    if (was != is) marks.push_back(fmt::format("{} {} -> {}", what, was.empty() ? "?" : was, is.empty() ? "?" : is));
  };
  mark("driver", before.driver, after.driver);
  mark("workload", before.kind, after.kind);
  if (before.kind == after.kind) mark("image", before.image.substr(0, 19), after.image.substr(0, 19));
  mark("power limit", limit_of(before), limit_of(after));
  mark("tool", before.tool_version, after.tool_version);
  return marks;
}

std::vector<double> logs_of_points(const std::vector<Point>& points) {
  std::vector<double> logs;
  logs.reserve(points.size());
  for (const Point& point : points) logs.push_back(std::log(point.value));
  return logs;
}

// The newest point may be of fewer runs than those before it: [first, newest).
std::optional<statistics::Term> term_of_fewer_runs(const std::vector<Point>& points, std::size_t first) {
  statistics::Pool within;
  std::vector<std::size_t> runs;
  for (std::size_t i = first; i < points.size(); ++i) {
    within.add(points[i].logs);
    if (i + 1 < points.size()) runs.push_back(points[i].runs);
  }
  return statistics::term_of_fewer_runs(within.repeatability(), points.back().runs, runs);
}

std::optional<Newest> newest_of(const Series& series) {
  if (series.points.empty()) return std::nullopt;
  const auto logs = logs_of_points(series.points);
  const std::size_t newest = logs.size() - 1;
  std::size_t first = newest > kMostBefore ? newest - kMostBefore : 0;
  for (const statistics::Step& step : series.steps)
    if (step.first < newest) first = std::max(first, step.first);
  if (newest - first < kFewestBefore) return std::nullopt;
  Newest result;
  result.before = newest - first;
  const statistics::Values all(logs);
  result.change = statistics::single_change({all.subspan(first, result.before)}, {all.subspan(newest)});
  if (const auto term = term_of_fewer_runs(series.points, first)) result.change.budget.add(*term);
  const auto bounds = statistics::interval(result.change.value, result.change.budget);
  result.interval = {std::expm1(bounds.low), std::expm1(bounds.high)};
  return result;
}

Series series_of(const SeriesName& name, const SeriesRuns& runs, const Choice& choice) {
  Series series;
  series.key = name.first;
  series.boards = name.second;
  series.metric = choice.metric;
  series.unit = compare::unit_of(choice.metric, runs.front()->values);
  const RunValues* before = nullptr;
  for (const SeriesRuns& sitting : by_sitting(runs)) {
    const RunValues& first = sitting.front()->values;
    Point point{sitting.front()->sitting, first.start_seconds, 0, sitting.size(), {}, {}};
    point.logs = statistics::describe(logs_of(sitting, choice.metric));
    point.value = std::exp(point.logs.mean);
    if (before != nullptr) point.marks = marks_between(*before, first);
    before = &first;
    series.points.push_back(std::move(point));
  }
  const bool of_variant = name.first != runs.front()->values.key();
  series.few_of_variant = of_variant && series.points.size() <= kFewestBefore;
  if (choice.last > 0 && series.points.size() > choice.last)
    series.points.erase(series.points.begin(), series.points.end() - static_cast<std::ptrdiff_t>(choice.last));
  series.steps = statistics::find_steps(logs_of_points(series.points));
  series.newest = newest_of(series);
  return series;
}

// A step is a change of the benchmark or its surroundings, not scatter.
statistics::Repeatability scatter_of_levels(const std::vector<double>& means) {
  statistics::Pool pool;
  std::size_t begin = 0;
  const statistics::Values all(means);
  for (const statistics::Step& step : statistics::find_steps(all)) {
    pool.add(statistics::describe(all.subspan(begin, step.first - begin)));
    begin = step.first;
  }
  pool.add(statistics::describe(all.subspan(begin)));
  return pool.repeatability();
}

// The scatter of one metric. The runs of a sitting scatter alike in each variant of a key; the sittings' means are of one
// series only.
template <class IsOfSeries>
compare::Known known_of(const SeriesRuns& runs, Metric metric, const IsOfSeries& is_of_series) {
  statistics::Pool within;
  std::vector<double> means;
  compare::Known known;
  for (const SeriesRuns& sitting : by_sitting(runs)) {
    const auto sample = statistics::describe(logs_of(sitting, metric));
    within.add(sample);
    if (!is_of_series(*sitting.front())) continue;
    means.push_back(sample.mean);
    known.runs_of_sittings.push_back(sitting.size());
  }
  if (within.repeatability().degrees > 0) known.within = within.repeatability();
  const statistics::Repeatability between = scatter_of_levels(means);
  if (between.degrees > 0) known.sittings = between;
  return known;
}

}  // namespace

bool has_key(const std::vector<SideRun>& runs, const std::string& key) {
  Keys keys;
  keys.add(runs);
  return std::any_of(runs.begin(), runs.end(),
                     [&](const SideRun& run) { return keys.of(run).find(key) != std::string::npos; });
}

std::vector<Series> make_series(const std::vector<SideRun>& runs, const Choice& choice) {
  Keys keys;
  keys.add(runs);
  std::map<SeriesName, SeriesRuns> groups;
  for (const SideRun& run : runs) {
    const std::string key = keys.of(run);
    if (has_ratio(run, choice.metric) && key.find(choice.key) != std::string::npos)
      groups[{key, uuids_of(run.values)}].push_back(&run);
  }
  std::vector<Series> all;
  all.reserve(groups.size());
  for (const auto& [name, group] : groups) all.push_back(series_of(name, group, choice));
  return all;
}

bool gate_passes_over(const Series& series) {
  return series.few_of_variant;
}

compare::GateResult judge_newest(const Series& series, const compare::Gate& gate) {
  compare::GateResult result;
  result.gate = gate;
  if (!series.newest) {
    result.verdict = compare::Verdict::undecided;
    result.reason = gate_passes_over(series) ? "a variant with too few sittings: passed over beside others"
                                             : "fewer than three earlier sittings at this level";
    return result;
  }
  statistics::Change worse = series.newest->change;
  const bool upside_down = compare::facts_of(gate.metric).better == compare::Better::more;
  if (upside_down) worse.value = -worse.value;
  const double tolerance = upside_down ? -std::log1p(-gate.tolerance) : std::log1p(gate.tolerance);
  const auto bounds = statistics::one_sided_bounds(series.newest->change.value, series.newest->change.budget);
  result.bounds = {std::expm1(bounds.low), std::expm1(bounds.high)};
  result.verdict = compare::verdict_of(statistics::zone_of(worse, tolerance));
  return result;
}

compare::KnownScatter known_scatter(const std::vector<SideRun>& runs, const compare::Side& base,
                                    const compare::Side& changed) {
  compare::KnownScatter known;
  if (base.runs.empty()) return known;
  Keys keys;
  for (const auto* all : {&runs, &base.runs, &changed.runs}) keys.add(*all);
  const RunValues& first = base.runs.front().values;
  const auto is_of_series = [&keys, series = keys.of(base.runs.front())](const SideRun& run) {
    return keys.of(run) == series;
  };
  const std::string boards = uuids_of(first);
  std::set<std::string> compared;
  for (const compare::Side* side : {&base, &changed})
    for (const SideRun& run : side->runs) compared.insert(run.sitting);
  for (const compare::MetricFacts& facts : compare::kMetrics) {
    if (facts.as_difference) continue;
    SeriesRuns same;
    for (const SideRun& run : runs)
      if (has_ratio(run, facts.metric) && !compared.contains(run.sitting) && run.values.key() == first.key() &&
          uuids_of(run.values) == boards)
        same.push_back(&run);
    if (!same.empty()) known[compare::index_of(facts.metric)] = known_of(same, facts.metric, is_of_series);
  }
  return known;
}

}  // namespace gpubench::history
