// Emissions of a run: each half-hour's energy times its own intensity.
#pragma once

#include <span>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "carbon/intensity.h"

namespace gpubench::carbon {

struct SlotEmissions {
  base::WallTime from;  // cut to the run
  base::WallTime to;
  base::Energy energy;
  IntensitySlot intensity;  // with kind and source
  base::Emissions emissions;
};

struct EmissionsAccount {
  std::vector<SlotEmissions> slots;  // in time order, without holes over the run
  base::Emissions total;             // sum of the slots
  base::CarbonIntensity average;     // weighted by time over the run
  bool used_yearly_factor = false;   // at least one slot had no forecast
};

// The half-hour boundaries (UTC :00 and :30) strictly inside (from, to).
std::vector<base::WallTime> half_hour_boundaries(base::WallTime from, base::WallTime to);

// `energies` are the parts of the run between its half-hour boundaries (boundaries + 1 of them). A half-hour that `known`
// does not cover takes the yearly factor, never 0.
EmissionsAccount account_emissions(base::WallTime from, base::WallTime to, std::span<const base::Energy> energies,
                                   std::span<const IntensitySlot> known);

}  // namespace gpubench::carbon
