// What the GPUs of a run were doing, and what may be concluded of it. Only newer boards report it.
#pragma once

#include <optional>
#include <vector>

#include "base/quantity.h"
#include "meter/value_facts.h"
#include "phases/activity.h"
#include "record/run_record.h"

namespace gpubench::record {

// Those that a GPU of the run reports, in the order of the table of values.
std::vector<meter::ValueKind> known_activity(const RunRecord& run);

// Means over the run.
std::vector<phases::ActivityMean> activity_of(const GpuRecord& gpu);
std::optional<double> activity_mean(const std::vector<phases::ActivityMean>& means, meter::ValueKind kind);

// Of some GPUs together. Activity is no count: these are estimates by what the boards can do at their highest clocks.
struct ActivityEstimates {
  std::optional<base::DataRate> memory;
  std::optional<base::OperationRate> fp32_at_most;  // without the tensor cores
};
ActivityEstimates estimates_of(const std::vector<phases::ActivityMean>& means, const std::vector<GpuRecord>& gpus);

}  // namespace gpubench::record
