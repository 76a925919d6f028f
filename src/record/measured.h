// What a run has left beside its series.
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"
#include "record/finding.h"
#include "record/gpu_events.h"
#include "record/work.h"
#include "sampler/options.h"
#include "workload/workload.h"

namespace gpubench::record {

struct Measured {
  workload::WorkloadDescription workload;  // as it was at the end
  workload::WorkloadOutcome outcome;
  sampler::SamplerHealth health;
  std::optional<int> interrupted_by;        // the first signal that ended it
  std::optional<base::Duration> timed_out;  // the limit at which it was ended
  std::vector<GpuEvents> events;            // one per GPU; empty: nothing was watched
  std::vector<BenchmarkScore> scores;       // of each of several containers; else of the one
  std::vector<Finding> findings;            // what was noticed on the way
};

}  // namespace gpubench::record
