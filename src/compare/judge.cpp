#include "compare/judge.h"

#include <cmath>

#include "statistics/power.h"

namespace gpubench::compare {
namespace {

using statistics::Change;
using statistics::Zone;

constexpr double kLevel = 0.05;

bool is_upside_down(const Row& row) {
  return facts_of(row.metric).better == Better::more;
}

// The change towards the worse, and what is allowed of it, on one scale.
Change worse_change(const Row& row) {
  Change worse = row.change->change;
  if (is_upside_down(row)) worse.value = -worse.value;
  return worse;
}

double tolerance_on_scale(const Row& row, const Gate& gate) {
  if (row.as_difference()) return gate.tolerance;
  return is_upside_down(row) ? -std::log1p(-gate.tolerance) : std::log1p(gate.tolerance);
}

std::string why_not(const Comparison& comparison, const Row* row, const Gate& gate) {
  if (!comparison.not_comparable.empty()) return comparison.not_comparable;
  if (row == nullptr) return "no run has a value of " + std::string(facts_of(gate.metric).name);
  return row->not_comparable;
}

void decide(GateResult& result, const Row& row, double holm) {
  const Change worse = worse_change(row);
  const double tolerance = tolerance_on_scale(row, result.gate);
  result.bounds = shown(row, statistics::one_sided_bounds(row.change->change.value, row.change->change.budget));
  if (row.change->method == Method::meter_only) {
    result.verdict = Verdict::undecided;
    result.reason = "one run a side: the scatter of the runs is not known";
    return;
  }
  result.same = statistics::equivalence(row.change->change, tolerance);
  result.verdict = verdict_of(statistics::zone_of(worse, tolerance));
  if (result.verdict == Verdict::fail && holm >= kLevel) {
    result.verdict = Verdict::undecided;
    result.reason = "it is outside by itself, but not among all gates together";
  }
  if (result.verdict == Verdict::undecided && row.change->method == Method::pairs)
    result.more_pairs =
        statistics::pairs_to_decide(worse.value - tolerance, row.change->single_deviation, row.change->count);
}

}  // namespace

Verdict verdict_of(statistics::Zone zone) {
  if (zone == Zone::fail) return Verdict::fail;
  return zone == Zone::pass ? Verdict::pass : Verdict::undecided;
}

std::vector<GateResult> judge(const Comparison& comparison, const std::vector<Gate>& gates) {
  std::vector<GateResult> results;
  std::vector<const Row*> rows;
  std::vector<double> p_values;
  for (const Gate& gate : gates) {
    const Row* row = comparison.find(gate.metric);
    GateResult result;
    result.gate = gate;
    result.reason = why_not(comparison, row, gate);
    const bool can_be_asked = result.reason.empty();
    results.push_back(std::move(result));
    rows.push_back(can_be_asked ? row : nullptr);
    p_values.push_back(can_be_asked ? statistics::p_of_more_than(worse_change(*row), tolerance_on_scale(*row, gate)) : 1);
  }
  const auto adjusted = statistics::holm(p_values);
  for (std::size_t i = 0; i < results.size(); ++i)
    if (rows[i] != nullptr) decide(results[i], *rows[i], adjusted[i]);
  return results;
}

}  // namespace gpubench::compare
