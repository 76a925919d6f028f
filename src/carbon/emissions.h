// Emissions of a run: each half-hour's energy times its own intensity. Where a source knows shorter stretches, these.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "carbon/intensity.h"
#include "carbon/yearly_factors.h"

namespace gpubench::carbon {

struct SlotEmissions {
  base::WallTime from;  // cut to the run
  base::WallTime to;
  base::Energy energy;
  IntensitySlot intensity;  // with kind and source
  base::Emissions emissions;
};

struct EmissionsAccount {
  std::vector<SlotEmissions> slots;            // in time order, without gaps over the run
  base::Emissions total;                       // sum of the slots
  std::optional<base::Emissions> uncertainty;  // from the energy's uncertainty; empty: the energy has none
  base::CarbonIntensity average;               // weighted by time over the run
  bool used_yearly_factor = false;             // for at least one slot
};

// What the source knew: each of its slots once, however often the account cuts it, and no yearly factor that stood in.
std::vector<IntensitySlot> known_slots(const EmissionsAccount& account);

// The half-hour boundaries (UTC :00 and :30) strictly inside (from, to).
std::vector<base::WallTime> half_hour_boundaries(base::WallTime from, base::WallTime to);

// Where a run over [from, to] is to be cut: the half-hour boundaries and the ends of the known slots, strictly inside,
// rising.
std::vector<base::WallTime> cut_times(base::WallTime from, base::WallTime to, std::span<const IntensitySlot> known);

// `energies` are the parts of the run between its cut times (cut times + 1 of them). A part that `known` does not cover
// takes the fallback, never 0.
EmissionsAccount account_emissions(base::WallTime from, base::WallTime to, std::span<const base::Energy> energies,
                                   std::span<const IntensitySlot> known, const YearlyFactor& fallback = great_britain());

}  // namespace gpubench::carbon
