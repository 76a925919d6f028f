// The energy of a run cut at given moments.
#pragma once

#include <span>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "energy/energy_estimate.h"
#include "series/gpu_series.h"

namespace gpubench::energy {

// Cuts the best estimate at the given moments (rising, inside the run): boundaries.size() + 1 parts that add up to it
// exactly.
std::vector<base::Energy> split_energy(const series::GpuSeries& gpu, base::Window run, const EnergyEstimate& whole,
                                       std::span<const base::SteadyTime> boundaries);

}  // namespace gpubench::energy
