// The phases of a run, as part of its record.
#pragma once

#include <vector>

#include "phases/marks.h"
#include "record/run_record.h"
#include "series/gpu_series.h"

namespace gpubench::record {

// Energy and times of the phases over the benchmark's GPUs, and what is doubtful of them. Without marks nothing changes.
void add_phases(RunRecord& run, phases::Marks marks, const std::vector<series::GpuSeries>& series);

}  // namespace gpubench::record
