#include "compare/side.h"

#include <algorithm>

namespace gpubench::compare {
namespace {

void add_cause(SideRun& run, const std::string& cause) {
  if (std::find(run.excluded.begin(), run.excluded.end(), cause) == run.excluded.end()) run.excluded.push_back(cause);
}

}  // namespace

void exclude_by_cause(Side& side) {
  for (SideRun& run : side.runs)
    for (const std::string& cause : causes_not_to_count(run.values)) add_cause(run, cause);
  const auto cool = [](const SideRun& run) { return run.counts() && !run.values.slowed_by_heat; };
  if (std::none_of(side.runs.begin(), side.runs.end(), cool)) return;
  for (SideRun& run : side.runs)
    if (run.values.slowed_by_heat) add_cause(run, "throttled by heat");
}

}  // namespace gpubench::compare
