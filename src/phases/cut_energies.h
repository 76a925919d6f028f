// What one GPU had used at each cut of a run's phases.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "energy/energy_estimate.h"
#include "phases/lag.h"
#include "phases/phase_tree.h"
#include "phases/resolution.h"
#include "series/gpu_series.h"

namespace gpubench::phases {

// One of each for each cut; there may be a million.
struct CutEnergies {
  std::vector<double> joules;   // since the start of the run; never falling, from 0 to the energy of the run
  std::vector<float> standard;  // joules, k = 1: doubt that cuts more than 20 ms apart do not share
  std::vector<float> watts;     // power at the cut: what an error of the lag is multiplied by
  std::vector<float> smoothed;  // joules, k = 1: what cuts at such a change of power share; below 0 where it falls
  std::vector<float> noise;     // joule^2, never falling: of the samples between the cuts, since the start of the run
  Resolution resolution;
  Lag lag;
  bool fine = false;  // by samples that show the edges of a load; else by the driver's average power
};

// The whole is divided as the power samples say, at each mark by the power on its two sides: then neither the samples' lag
// nor what they smooth takes part. Empty: there is no power over the run.
std::optional<CutEnergies> cut_energies(const series::GpuSeries& gpu, base::Window run, const energy::EnergyEstimate& whole,
                                        std::span<const Cut> cuts);

}  // namespace gpubench::phases
