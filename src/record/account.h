// From what was measured to the account of the run.
#pragma once

#include <vector>

#include "record/measured.h"
#include "record/run_record.h"
#include "series/gpu_series.h"

namespace gpubench::record {

// Energy, statistics and findings; what it emitted is added by cost(). `series`: one per GPU of the facts.
RunRecord make_account(RunFacts facts, const Measured& measured, const std::vector<series::GpuSeries>& series);

}  // namespace gpubench::record
