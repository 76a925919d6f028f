// How much energy a GPU used over the real start and end of the workload, found by more than one method.
#pragma once

#include <optional>

#include "base/time.h"
#include "energy/counter_check.h"
#include "energy/energy_estimate.h"
#include "energy/idle_baseline.h"
#include "series/gpu_series.h"

namespace gpubench::energy {

// The energy of one GPU over one window: every method that the data allow.
struct GpuEnergy {
  std::optional<EnergyEstimate> counter;
  std::optional<EnergyEstimate> ring;
  std::optional<EnergyEstimate> average;
  CounterCheck check = {};
  IdleBaseline idle = {};
  // The counter, unless it is broken, else the narrower of ring and average; empty: the energy is not known (never 0 J).
  [[nodiscard]] const EnergyEstimate* best() const;
};

// All methods at once, compared with each other.
GpuEnergy measure_energy(const series::GpuSeries& gpu, base::Window run, const RunLimits& known = {});

}  // namespace gpubench::energy
