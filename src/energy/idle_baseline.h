// What the GPU drew while it was idle next to the run, and what the run used above that.
#pragma once

#include <optional>
#include <string>

#include "base/quantity.h"
#include "base/time.h"
#include "energy/energy_estimate.h"
#include "energy/uncertainty.h"
#include "series/gpu_series.h"

namespace gpubench::energy {

// The time of a second or two on one side of the run.
struct IdleLevel {
  base::Power power;
  base::Power uncertainty;                            // standard: drift between its halves, scatter
  std::optional<base::Ratio> utilization = {};        // highest reading
  std::optional<base::Temperature> temperature = {};  // at the end next to the run
  std::optional<base::Temperature> warming = {};      // change over that time
};

struct IdleBaseline {
  std::optional<IdleLevel> before = {};
  std::optional<IdleLevel> after = {};
  bool settled = false;    // before the run: utilisation 0, temperature within 2 degrees, power steady; not in use after it
  std::string doubt = {};  // why not
  // The run's energy less the level before it; empty where there is no such level.
  std::optional<base::Energy> above = {};
  Uncertainty uncertainty = {};  // of `above`
};

IdleBaseline idle_baseline(const series::GpuSeries& gpu, base::Window run, const EnergyEstimate* best);

}  // namespace gpubench::energy
