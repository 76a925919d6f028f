#include "compare/compare_sides.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "compare/covariates.h"
#include "compare/doubts.h"
#include "compare/judge.h"
#include "statistics/power.h"

namespace gpubench::compare {
namespace {

using Runs = std::vector<const SideRun*>;

bool is_wanted(Metric metric, const Options& options) {
  if (options.metrics.empty()) return true;
  const auto is_it = [metric](const auto& one) { return one == metric; };
  const auto gates_it = [metric](const Gate& gate) { return gate.metric == metric; };
  return std::any_of(options.metrics.begin(), options.metrics.end(), is_it) ||
         std::any_of(options.gates.begin(), options.gates.end(), gates_it);
}

SideSummary summary_of(const Side& side) {
  SideSummary summary;
  summary.name = side.name;
  for (const SideRun& run : side.runs) {
    if (run.counts())
      summary.runs.push_back(run);
    else
      summary.left_out.push_back({run.values.id, run.warmup ? "warm-up" : base::joined(run.excluded, ", ")});
  }
  std::stable_sort(summary.runs.begin(), summary.runs.end(),
                   [](const SideRun& a, const SideRun& b) { return a.values.start_seconds < b.values.start_seconds; });
  summary.counted = summary.runs.size();
  return summary;
}

// The block of a run within its set; runs by themselves have none.
std::string block_of(const SideRun& run) {
  return run.set.empty() || run.block == 0 ? std::string() : run.set + " " + std::to_string(run.block);
}

// Keeps the runs whose partner counts as well; the others are left out with their pair.
void keep_whole_pairs(SideSummary& side, const SideSummary& other) {
  const auto has_partner = [&other](const SideRun& run) {
    return std::any_of(other.runs.begin(), other.runs.end(),
                       [&](const SideRun& one) { return block_of(one) == block_of(run); });
  };
  for (const SideRun& run : side.runs)
    if (!has_partner(run)) side.left_out.push_back({run.values.id, "the other run of its pair does not count"});
  std::erase_if(side.runs, [&](const SideRun& run) { return !has_partner(run); });
  side.counted = side.runs.size();
}

bool all_in_blocks(const SideSummary& side) {
  return !side.runs.empty() &&
         std::none_of(side.runs.begin(), side.runs.end(), [](const SideRun& run) { return block_of(run).empty(); });
}

// Blocks that both sides have, of one sitting each, make pairs without being asked for.
void pair_by_blocks(Comparison& comparison) {
  if (!all_in_blocks(comparison.base) || !all_in_blocks(comparison.changed)) return;
  if (comparison.base.runs.front().set != comparison.changed.runs.front().set) return;
  const SideSummary base = comparison.base;
  keep_whole_pairs(comparison.base, comparison.changed);
  keep_whole_pairs(comparison.changed, base);
  const auto by_block = [](const SideRun& a, const SideRun& b) {
    return std::pair(a.set, a.block) < std::pair(b.set, b.block);
  };
  std::stable_sort(comparison.base.runs.begin(), comparison.base.runs.end(), by_block);
  std::stable_sort(comparison.changed.runs.begin(), comparison.changed.runs.end(), by_block);
  comparison.paired = comparison.base.counted == comparison.changed.counted;
}

// Also where one of them is a copy.
bool is_same_run(const RunValues& one, const RunValues& other) {
  const auto joules = [](const RunValues& run) { return run.figure(Metric::energy).value_or(Figure{}).value; };
  return one.id == other.id && one.start_seconds == other.start_seconds && joules(one) == joules(other);
}

// Empty: no run counts on both sides.
std::string why_the_same(const Comparison& comparison) {
  std::vector<std::string> common;
  for (const SideRun& run : comparison.changed.runs) {
    const auto is_it = [&run](const SideRun& one) { return is_same_run(one.values, run.values); };
    if (std::any_of(comparison.base.runs.begin(), comparison.base.runs.end(), is_it)) common.push_back(run.values.id);
  }
  if (common.empty()) return {};
  if (common.size() == comparison.base.counted && common.size() == comparison.changed.counted)
    return "BASE and NEW are the same runs";
  return (common.size() == 1 ? "a run counts on both sides: " : "runs count on both sides: ") + base::joined(common, ", ");
}

std::string why_not_comparable(const Comparison& comparison, const Options& options) {
  for (const SideSummary* side : {&comparison.base, &comparison.changed}) {
    if (side->counted > 0) continue;
    std::string why = side->name + " has no run that counts";
    for (const LeftOut& out : side->left_out)
      why += (&out == side->left_out.data() ? ": " : "; ") + out.run + " (" + out.why + ")";
    return why;
  }
  if (std::string same = why_the_same(comparison); !same.empty()) return same;
  const auto replays = [](const SideSummary& side) {
    return static_cast<std::size_t>(
        std::count_if(side.runs.begin(), side.runs.end(), [](const SideRun& run) { return run.values.replayed; }));
  };
  const std::size_t replayed = replays(comparison.base) + replays(comparison.changed);
  if (replayed > 0 && replayed < comparison.base.counted + comparison.changed.counted)
    return "a replay is no measurement, and is not compared with one";
  if (options.pair && comparison.base.counted != comparison.changed.counted)
    return fmt::format("--pair needs as many runs on each side; there are {} and {}", comparison.base.counted,
                       comparison.changed.counted);
  return {};
}

Runs pointers_to(const std::vector<SideRun>& runs) {
  Runs pointers;
  for (const SideRun& run : runs) pointers.push_back(&run);
  return pointers;
}

bool any_has(Metric metric, const Runs& runs) {
  return std::any_of(runs.begin(), runs.end(),
                     [metric](const SideRun* run) { return run->values.figure(metric).has_value(); });
}

// Empty: all have it.
std::string who_lacks(Metric metric, const SideSummary& side) {
  for (const SideRun& run : side.runs) {
    const auto& figure = run.values.figure(metric);
    if (!figure) return fmt::format("{} of {} has none", run.values.id, side.name);
    if (!facts_of(metric).as_difference && !(figure->value > 0))
      return fmt::format("{} of {} has {}, of which no ratio can be formed", run.values.id, side.name, figure->value);
  }
  return {};
}

std::string other_unit(Metric metric, const Comparison& comparison) {
  if (metric != Metric::work && metric != Metric::energy_per_work) return {};
  const std::string& unit = comparison.base.runs.front().values.work_unit;
  for (const SideSummary* side : {&comparison.base, &comparison.changed})
    for (const SideRun& run : side->runs)
      if (run.values.work_unit != unit)
        return fmt::format("{} counts its work in {}, others in {}", run.values.id, run.values.work_unit, unit);
  return {};
}

Row row_of(Metric metric, const Comparison& comparison, const Known& known) {
  Row row;
  row.metric = metric;
  const Selection runs{pointers_to(comparison.base.runs), pointers_to(comparison.changed.runs), comparison.paired};
  row.unit = unit_of(metric, runs.base.front()->values);
  row.not_comparable = who_lacks(metric, comparison.base);
  if (row.not_comparable.empty()) row.not_comparable = who_lacks(metric, comparison.changed);
  if (row.not_comparable.empty()) row.not_comparable = other_unit(metric, comparison);
  if (!row.not_comparable.empty()) return row;
  row.base = mean_of_side(metric, runs.base);
  row.changed = mean_of_side(metric, runs.changed);
  row.change = change_of(metric, runs, known);
  const statistics::Budget& budget = row.change->change.budget;
  row.p =
      budget.standard() > 0 ? statistics::t_two_sided(row.change->change.value / budget.standard(), budget.degrees()) : 1;
  row.would_show = row.change->method == Method::meter_only ? 0 : statistics::least_detectable(budget);
  return row;
}

// Grams as they were emitted would compare the weather: both sides get one intensity, BASE's mean.
void set_common_intensity(Comparison& comparison) {
  const auto mean_intensity = [](const SideSummary& side) -> std::optional<double> {
    double sum = 0;
    for (const SideRun& run : side.runs) {
      if (!run.values.grams_per_kwh) return std::nullopt;
      sum += *run.values.grams_per_kwh;
    }
    return sum / static_cast<double>(side.runs.size());
  };
  const auto base = mean_intensity(comparison.base);
  const auto changed = mean_intensity(comparison.changed);
  if (base && changed && *base > 0 && *changed > 0) comparison.carbon = CarbonSplit{*base, *changed};
  constexpr double kJoulesPerKilowattHour = 3.6e6;
  for (SideSummary* side : {&comparison.base, &comparison.changed})
    for (SideRun& run : side->runs) {
      auto& carbon = run.values.figures[index_of(Metric::carbon)];
      const auto& energy = run.values.figure(Metric::energy);
      carbon.reset();
      if (!comparison.carbon || !energy) continue;
      const double grams_per_joule = comparison.carbon->base_grams_per_kwh / kJoulesPerKilowattHour;
      carbon = Figure{energy->value * grams_per_joule, energy->meter * grams_per_joule, energy->common * grams_per_joule};
    }
}

void add_rows(Comparison& comparison, const Options& options, const KnownScatter& known) {
  const Runs base = pointers_to(comparison.base.runs);
  const Runs changed = pointers_to(comparison.changed.runs);
  for (const MetricFacts& facts : kMetrics)
    if (is_wanted(facts.metric, options) && (any_has(facts.metric, base) || any_has(facts.metric, changed)))
      comparison.rows.push_back(row_of(facts.metric, comparison, known[index_of(facts.metric)]));
  std::vector<double> p_values;
  p_values.reserve(comparison.rows.size());
  for (const Row& row : comparison.rows) p_values.push_back(row.p);
  const auto adjusted = statistics::holm(p_values);
  for (std::size_t i = 0; i < adjusted.size(); ++i) comparison.rows[i].holm = adjusted[i];
}

const PhaseValues* phase_of(const RunValues& run, const std::string& path) {
  const auto found =
      std::find_if(run.phases.begin(), run.phases.end(), [&](const PhaseValues& phase) { return phase.path == path; });
  return found == run.phases.end() ? nullptr : &*found;
}

// The run as if it were this phase alone. False: it has none of it.
bool keep_phase(SideRun& run, const std::string& path) {
  const PhaseValues* phase = phase_of(run.values, path);
  if (phase == nullptr) return false;
  const PhaseValues kept = *phase;
  run.values.figures = {};
  run.values.figures[index_of(Metric::energy)] = kept.energy;
  run.values.figures[index_of(Metric::time)] = Figure{kept.seconds};
  return true;
}

void add_phases(Comparison& comparison) {
  constexpr std::size_t kMostPhases = 40;
  for (const PhaseValues& phase : comparison.base.runs.front().values.phases) {
    if (comparison.phases.size() == kMostPhases) return;
    Comparison alone;
    alone.paired = comparison.paired;
    alone.base = comparison.base;
    alone.changed = comparison.changed;
    bool all_have_it = true;
    for (SideSummary* side : {&alone.base, &alone.changed})
      for (SideRun& run : side->runs) all_have_it = keep_phase(run, phase.path) && all_have_it;
    if (!all_have_it) continue;
    comparison.phases.push_back({phase.path, {row_of(Metric::energy, alone, {}), row_of(Metric::time, alone, {})}});
  }
}

}  // namespace

Comparison compare_sides(const Side& base, const Side& changed, const Options& options, const KnownScatter& known) {
  Comparison comparison;
  comparison.base = summary_of(base);
  comparison.changed = summary_of(changed);
  if (!base.runs.empty()) comparison.benchmark = base.runs.front().values.benchmark;
  if (!options.pair) pair_by_blocks(comparison);
  comparison.not_comparable = why_not_comparable(comparison, options);
  if (comparison.not_comparable.empty()) {
    if (options.pair) comparison.paired = true;
    set_common_intensity(comparison);
    add_rows(comparison, options, known);
    add_phases(comparison);
    comparison.covariates = covariates_of(comparison.base.runs, comparison.changed.runs);
    comparison.doubts = doubts_of(comparison);
  }
  comparison.gates = judge(comparison, options.gates);
  return comparison;
}

}  // namespace gpubench::compare
