#include "sets/value_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "sets/values.h"
#include "statistics/stationarity.h"

namespace gpubench::sets {
namespace {

constexpr const char* kFirstRun = "first_run_differs";
constexpr const char* kDrift = "drift";

std::string of_variant(const RunSet& set, const Variant& variant) {
  return set.variants.size() > 1 ? " of " + base::one_line(variant.name, 40) : "";
}

void check_first_run(RunSet& set, const Variant& variant, const MetricValues& logs) {
  const auto first = statistics::first_run(logs.values, logs.floors);
  if (!first || !first->stands_out()) return;
  set.findings.push_back({kFirstRun, fmt::format("The energy of the first counted run{} is not like that of the others "
                                                 "(t = {:.1f}, limit {:.1f}): more --warmup may be needed.",
                                                 of_variant(set, variant), first->t, first->limit)});
}

void check_drift(RunSet& set, const FiguresOfRuns& figures, const Variant& variant, const MetricValues& logs) {
  std::vector<double> starts;  // seconds
  for (const Member* member : counted_members(set, variant.name))
    if (const auto run = figures.find(member->run); run != figures.end() && run->second.energy && run->second.start)
      starts.push_back(base::to_seconds(run->second.start->time_since_epoch()));
  if (starts.size() != logs.values.size()) return;
  for (double& start : starts) start -= starts.back();  // small numbers keep their digits
  const auto drift = statistics::drift_of(starts, logs.values);
  if (!drift || drift->p >= statistics::kNotByChance) return;
  set.findings.push_back(
      {kDrift,
       fmt::format("The energy drifted by {:+.2f} % over the runs (p = {:.1g}): the runs are not alike. Pairs (--against) "
                   "are not misled by a drift, a comparison with another set is.",
                   std::expm1(drift->total) * 100, drift->p)});
}

}  // namespace

void add_value_findings(RunSet& set, const FiguresOfRuns& figures) {
  const auto is_ours = [](const SetFinding& finding) { return finding.name == kFirstRun || finding.name == kDrift; };
  set.findings.erase(std::remove_if(set.findings.begin(), set.findings.end(), is_ours), set.findings.end());
  for (const Variant& variant : std::vector<Variant>(set.variants)) {
    const MetricValues known = values_of(set, figures, variant.name, Metric::energy);
    if (known.values.size() < 2 || *std::min_element(known.values.begin(), known.values.end()) <= 0) continue;
    const MetricValues logs = logarithms_of(known);
    check_first_run(set, variant, logs);
    if (set.variants.size() == 1) check_drift(set, figures, variant, logs);
  }
}

}  // namespace gpubench::sets
