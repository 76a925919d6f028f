#include "compare/report.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "compare/judge.h"
#include "statistics/suite.h"

namespace gpubench::compare {
namespace {

std::map<std::string, Side> by_benchmark(const Side& side) {
  std::map<std::string, Side> parts;
  for (const SideRun& run : side.runs) {
    Side& part = parts[run.values.key()];
    part.name = side.name;
    part.runs.push_back(run);
  }
  for (auto& [key, part] : parts) exclude_by_cause(part);
  return parts;
}

Suite suite_of(const std::vector<Comparison>& comparisons, Suite suite) {
  suite.benchmarks = comparisons.size();
  for (const MetricFacts& facts : kMetrics) {
    if (facts.as_difference) continue;
    std::vector<statistics::Change> changes;
    for (const Comparison& comparison : comparisons)
      if (const Row* row = comparison.find(facts.metric); row != nullptr && row->change)
        changes.push_back(row->change->change);
    if (!changes.empty() && changes.size() == comparisons.size())
      suite.rows.push_back({facts.metric, statistics::geometric_mean(changes, std::string(kBoardTerm))});
  }
  return suite;
}

// What a gate asks for and nobody compared: it must not pass in silence.
Comparison not_compared(const Side& base, const Side& changed, const std::string& benchmark, const std::string& why,
                        const Options& options) {
  Comparison comparison;
  comparison.benchmark = benchmark;
  comparison.base.name = base.name;
  comparison.changed.name = changed.name;
  comparison.not_comparable = why;
  comparison.gates = judge(comparison, options.gates);
  return comparison;
}

void add_nothing_in_common(Report& report, const Side& base, const Side& changed, const Options& options) {
  Comparison comparison = compare_sides(base, changed, {}, {});
  comparison.rows.clear();
  if (comparison.not_comparable.empty()) comparison.not_comparable = "they have no benchmark in common";
  comparison.gates = judge(comparison, options.gates);
  report.comparisons.push_back(std::move(comparison));
}

void add_sides(Report& report, const Side& base, const Side& changed, const Options& options, const ScatterOf& scatter_of) {
  auto bases = by_benchmark(base);
  auto news = by_benchmark(changed);
  std::vector<Comparison> comparisons;
  Suite suite{base.name, changed.name, 0, {}, {}, {}};
  if (bases.size() == 1 && news.size() == 1) {
    const Side& only = bases.begin()->second;
    const Side& other = news.begin()->second;
    comparisons.push_back(compare_sides(only, other, options, scatter_of(only, other)));
  } else {
    for (const auto& [key, side] : bases) {
      if (const auto found = news.find(key); found != news.end())
        comparisons.push_back(compare_sides(side, found->second, options, scatter_of(side, found->second)));
      else
        suite.only_base.push_back(key);
    }
    for (const auto& [key, side] : news)
      if (!bases.contains(key)) suite.only_new.push_back(key);
    if (comparisons.empty()) add_nothing_in_common(report, base, changed, options);
    report.suites.push_back(suite_of(comparisons, std::move(suite)));
  }
  std::move(comparisons.begin(), comparisons.end(), std::back_inserter(report.comparisons));
}

// The part of NEW that is in no comparison, where gates ask for all of it.
void add_not_compared(Report& report, const Side& base, const Side& changed, const Options& options) {
  if (options.gates.empty()) return;
  const auto bases = by_benchmark(base);
  const auto news = by_benchmark(changed);
  const bool has_common = std::any_of(bases.begin(), bases.end(), [&](const auto& one) { return news.contains(one.first); });
  if (has_common)  // else all is said already
    for (const auto& [key, side] : bases)
      if (!news.contains(key))
        report.comparisons.push_back(
            not_compared(base, changed, key, changed.name + " has no run of this benchmark", options));
  if (changed.unread.empty()) return;
  const std::string why = changed.name + " has runs that could not be read: " + base::joined(changed.unread, "; ");
  report.comparisons.push_back(not_compared(base, changed, "runs that were not read", why, options));
}

}  // namespace

Report make_report(const Side& base, const std::vector<Side>& changed, const Options& options, const ScatterOf& scatter_of) {
  Report report;
  report.options = options;
  report.notes = base.notes;
  for (const Side& side : changed) {
    for (const std::string& note : side.notes)  // what is on both sides is said once
      if (std::find(report.notes.begin(), report.notes.end(), note) == report.notes.end()) report.notes.push_back(note);
    add_sides(report, base, side, options, scatter_of);
    add_not_compared(report, base, side, options);
  }
  return report;
}

int exit_status(const Report& report) {
  bool undecided = false;
  bool not_comparable = false;
  for (const Comparison& comparison : report.comparisons) {
    not_comparable = not_comparable || !comparison.not_comparable.empty();
    for (const GateResult& gate : comparison.gates) {
      if (gate.verdict == Verdict::fail) return kGateFailed;
      not_comparable = not_comparable || gate.verdict == Verdict::not_comparable;
      undecided = undecided || gate.verdict == Verdict::undecided;
    }
  }
  if (undecided && report.options.undecided_fails) return kGateFailed;
  if (not_comparable) return kNotComparable;
  return undecided && !report.options.undecided_passes ? kGateUndecided : 0;
}

}  // namespace gpubench::compare
