#include "compare/doubts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "compare/temperature.h"
#include "statistics/fieller.h"
#include "statistics/stationarity.h"

namespace gpubench::compare {
namespace {

constexpr double kLargeScatter = 0.10;
constexpr double kFewRunsLevel = 0.05;
constexpr double kRankLevel = 0.1;
constexpr std::size_t kLongestName = 60;

std::string name_of(const SideSummary& side) {
  return base::one_line(side.name, kLongestName);
}

bool has_term(const Row& row, std::string_view name) {
  const auto& terms = row.change->change.budget.terms();
  return std::any_of(terms.begin(), terms.end(), [name](const statistics::Term& term) { return term.name == name; });
}

const Row* first_row(const Comparison& comparison) {
  const auto found =
      std::find_if(comparison.rows.begin(), comparison.rows.end(), [](const Row& row) { return row.change.has_value(); });
  return found == comparison.rows.end() ? nullptr : &*found;
}

void add_few_runs(std::vector<Doubt>& doubts, const Comparison& comparison) {
  const Row* row = first_row(comparison);
  if (row == nullptr) return;
  const std::size_t least = std::min(comparison.base.counted, comparison.changed.counted);
  if (row->change->method == Method::meter_only)
    doubts.push_back({"one_run",
                      "One run a side: the intervals are the meter's alone. How far runs scatter is not known, so no gate "
                      "passes or fails. Repeat both with --runs 5."});
  else if (row->change->method == Method::history)
    doubts.push_back(
        {"history_used",
         fmt::format("Few runs: the scatter is that of earlier sets on the same board ({:.2f} %, {:.0f} degrees "
                     "of freedom).",
                     row->change->change.budget.standard() * 100, row->change->change.budget.degrees())});
  else if (least == 2)
    doubts.push_back({"two_runs",
                      "Two runs on a side: their scatter is hardly known, so the intervals are wide (factor up to 12.7). "
                      "A third run makes them several times narrower."});
  else if (least == 1)
    doubts.push_back({"one_run_on_a_side", "One run on a side: it is compared with the scatter of the other side's runs."});
}

void add_sitting(std::vector<Doubt>& doubts, const Comparison& comparison) {
  const Row* row = first_row(comparison);
  if (row != nullptr && has_term(*row, kAssumedSittingTerm))
    doubts.push_back({"sitting_assumed",
                      "The sides were measured in different sittings. How far sittings differ is not known here: 0.5 % a "
                      "side is assumed. Measure both in one sitting with --against."});
}

void add_boards(std::vector<Doubt>& doubts, const Comparison& comparison) {
  const auto uuids = [](const SideSummary& side) {
    std::set<std::string> all;
    for (const SideRun& run : side.runs)
      for (const Board& board : run.values.boards) all.insert(board.uuid);
    return all;
  };
  const auto base = uuids(comparison.base);
  const auto changed = uuids(comparison.changed);
  if (base == changed) return;
  const auto text = [](const std::set<std::string>& all) {
    return base::one_line(base::joined({all.begin(), all.end()}, ", "), 200);
  };
  doubts.push_back(
      {"other_board",
       "Not the same boards: " + text(base) + " and " + text(changed) +
           ". The gain error of each power sensor (up to 5 %) is in the intervals of energy, power and carbon."});
}

// Logarithms are rough there: the ratio of the means by Fieller's theorem.
std::string ratio_of_means(const Comparison& comparison, Metric metric) {
  const auto plain = [metric](const SideSummary& side) {
    std::vector<double> values;
    values.reserve(side.runs.size());
    for (const SideRun& run : side.runs) values.push_back(run.values.figure(metric)->value);
    return values;
  };
  if (comparison.base.counted < 2 || comparison.changed.counted < 2) return {};
  const auto bounds = statistics::fieller_interval(plain(comparison.base), plain(comparison.changed));
  if (!bounds) return " The ratio of the means has no bounds.";
  return fmt::format(" By Fieller's theorem the means differ by {:+.1f} to {:+.1f} %.", (bounds->low - 1) * 100,
                     (bounds->high - 1) * 100);
}

void add_scatter(std::vector<Doubt>& doubts, const Comparison& comparison, const Row& row) {
  for (const auto& [word, side] : {std::pair("BASE", &row.base), std::pair("NEW", &row.changed)})
    if (!row.as_difference() && (*side)->mean.sample.variation() > kLargeScatter)
      doubts.push_back(
          {"large_scatter",
           fmt::format("{} of {} scatters by {:.0f} %: the intervals are rough there.{}", facts_of(row.metric).words, word,
                       (*side)->mean.sample.variation() * 100, ratio_of_means(comparison, row.metric))});
  if (row.p < kFewRunsLevel && row.change->ranks && row.change->ranks->two_sided > kRankLevel)
    doubts.push_back(
        {"few_runs_decide",
         fmt::format("The change of {} rests on few runs: by their order alone it could be chance (p = {:.2f}).",
                     facts_of(row.metric).words, row.change->ranks->two_sided)});
}

std::vector<double> values_of(Metric metric, const SideSummary& side, bool times) {
  std::vector<double> values;
  values.reserve(side.runs.size());
  for (const SideRun& run : side.runs)
    values.push_back(times ? run.values.start_seconds : std::log(run.values.figure(metric)->value));
  return values;
}

void add_temperature(std::vector<Doubt>& doubts, const Comparison& comparison, Metric metric) {
  const auto equal = at_equal_temperature(comparison, metric);
  if (!equal) return;
  doubts.push_back(
      {"temperature",
       fmt::format("The pairs were not equally warm. At equal temperature, {} would have changed by {:+.2f} % "
                   "({:+.2f} to {:+.2f} %).",
                   facts_of(metric).words, equal->change * 100, equal->interval.low * 100, equal->interval.high * 100)});
}

// Of runs that were not paired: in pairs, a drift is common to both sides.
void add_order(std::vector<Doubt>& doubts, Metric metric, const SideSummary& side) {
  const auto times = values_of(metric, side, true);
  const auto logs = values_of(metric, side, false);
  const auto drift = statistics::drift_of(times, logs);
  if (drift && drift->p < statistics::kNotByChance)
    doubts.push_back(
        {"drift", fmt::format("{} of {} drifted by {:+.2f} % over its runs (p = {:.1g}).", facts_of(metric).words,
                              name_of(side), std::expm1(drift->total) * 100, drift->p)});
}

void add_first_run(std::vector<Doubt>& doubts, Metric metric, const SideSummary& side) {
  std::vector<double> meter;
  meter.reserve(side.runs.size());
  for (const SideRun& run : side.runs) meter.push_back(run.values.figure(metric)->meter / run.values.figure(metric)->value);
  const auto first = statistics::first_run(values_of(metric, side, false), {.meter = statistics::root_mean_square(meter)});
  if (first && first->stands_out())
    doubts.push_back(
        {"first_run",
         fmt::format("The first run of {} is unlike the others ({}, t = {:.1f}). It counts; use a larger --warmup.",
                     name_of(side), facts_of(metric).words, first->t)});
}

void add_findings(std::vector<Doubt>& doubts, const SideSummary& side) {
  std::map<std::string, std::size_t> counts;
  for (const SideRun& run : side.runs) {
    const std::set<std::string> names(run.values.findings.begin(), run.values.findings.end());
    for (const std::string& name : names) ++counts[name];
  }
  for (const auto& [name, count] : counts)
    doubts.push_back({"finding_" + base::one_line(name, kLongestName),
                      fmt::format("{}: finding \"{}\" in {} of {} runs.", name_of(side), base::one_line(name, kLongestName),
                                  count, side.runs.size())});
}

}  // namespace

std::vector<Doubt> doubts_of(const Comparison& comparison) {
  std::vector<Doubt> doubts;
  add_few_runs(doubts, comparison);
  add_sitting(doubts, comparison);
  add_boards(doubts, comparison);
  for (const Row& row : comparison.rows) {
    if (!row.change) continue;
    add_scatter(doubts, comparison, row);
    const bool independent = row.metric == Metric::energy || row.metric == Metric::time || row.metric == Metric::score;
    if (!independent) continue;  // the others follow from these
    add_temperature(doubts, comparison, row.metric);
    for (const SideSummary* side : {&comparison.base, &comparison.changed}) {
      if (!comparison.paired) add_order(doubts, row.metric, *side);
      add_first_run(doubts, row.metric, *side);
    }
  }
  add_findings(doubts, comparison.base);
  add_findings(doubts, comparison.changed);
  return doubts;
}

}  // namespace gpubench::compare
