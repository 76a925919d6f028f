// Whether the GPUs are as idle as the account of a run wants them before it.
#pragma once

#include <vector>

#include "base/time.h"
#include "record/benchmark_gpus.h"
#include "series/gpu_series.h"

namespace gpubench::record {

// By what was read until `now`: no use, a settled temperature and a steady power on each of the benchmark's GPUs.
bool is_settled(const std::vector<series::GpuSeries>& series, const BenchmarkGpus& gpus, base::SteadyTime now);

}  // namespace gpubench::record
