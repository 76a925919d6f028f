#include "record/settled.h"

#include <algorithm>
#include <cstddef>

#include "energy/idle_baseline.h"

namespace gpubench::record {

bool is_settled(const std::vector<series::GpuSeries>& series, const BenchmarkGpus& gpus, base::SteadyTime now) {
  return std::all_of(gpus.positions.begin(), gpus.positions.end(), [&](std::size_t gpu) {
    return gpu < series.size() && energy::idle_baseline(series[gpu], {now, now}, nullptr).settled;
  });
}

}  // namespace gpubench::record
