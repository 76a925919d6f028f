// What the GPUs were doing in each phase.
#pragma once

#include <span>
#include <vector>

#include "base/time.h"
#include "meter/value_facts.h"
#include "phases/phase_tree.h"
#include "series/gpu_series.h"

namespace gpubench::phases {

// The mean over a phase, and over the GPUs.
struct ActivityMean {
  meter::ValueKind kind{};
  double value = 0;  // in the unit of its kind
};

// Of each node of the tree. Empty: no GPU reports it, or too few of its readings' times lie within the node's phases.
std::vector<std::vector<ActivityMean>> phase_activity(const PhaseTree& tree, std::span<const series::GpuSeries* const> gpus);

}  // namespace gpubench::phases
