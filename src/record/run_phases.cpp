#include "record/run_phases.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gpubench::record {

void add_phases(RunRecord& run, phases::Marks marks, const std::vector<series::GpuSeries>& series) {
  const std::string troubles = phases::troubles_text(marks.troubles);
  std::vector<phases::GpuPart> parts;
  parts.reserve(run.gpus.size());
  for (const GpuRecord& gpu : run.gpus) parts.push_back({&series[gpu.position], gpu.energy.best()});
  const std::uint64_t short_ranges = marks.short_ranges;
  run.phases = phases::account_phases(std::move(marks), run.ran, parts);
  if (!troubles.empty()) run.findings.emplace_back(MarksIncomplete{troubles});
  if (!run.phases && !run.facts.phases_asked.empty())
    run.findings.emplace_back(PhasesNotFound{run.facts.phases_asked, short_ranges});
  if (!run.phases || run.phases->synchronised()) return;
  PhasesNotSynchronised finding;
  for (const phases::Lag& lag : run.phases->lags) {
    finding.late_marks = std::max(finding.late_marks, lag.late_marks);
    finding.spread = std::max(finding.spread, lag.spread);
  }
  run.findings.emplace_back(finding);
}

}  // namespace gpubench::record
