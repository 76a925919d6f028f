// When to run: the energy over time of a known run against forecasts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "base/time.h"
#include "carbon/intensity.h"

namespace gpubench::carbon {

// A part of a run with constant power.
struct EnergyStep {
  base::Duration length;  // above 0
  base::Energy energy;
};

struct RegionalForecast {
  std::string region;
  std::vector<IntensitySlot> slots;  // sorted, without overlaps
};

struct PlanQuestion {
  std::vector<EnergyStep> run;  // in time order, from its start to its end
  std::vector<RegionalForecast> forecasts;
  base::WallTime now;
  std::optional<base::WallTime> deadline;  // the run must be over by then; empty: the end of the forecasts
};

struct PlannedStart {
  std::string region;
  base::WallTime start;
  base::Emissions emissions;
};

struct Plan {
  std::vector<PlannedStart> best;                    // of each region that knows enough, least emissions first; not empty
  std::vector<std::optional<PlannedStart>> at_once;  // starting now, one per forecast; empty: its forecast does not cover it
};

// What the run would emit if it began at `start`; empty if the forecast has a gap.
std::optional<base::Emissions> emissions_from(const std::vector<EnergyStep>& run, const std::vector<IntensitySlot>& slots,
                                              base::WallTime start);

// The best start in each region, exact: emissions over the start time are a line with bends only where a step of the run
// meets an end of a slot, so the least is at one of these (or now, or as late as possible). The earliest of equals. An
// error: no region's forecast holds the run before the deadline.
base::Result<Plan> make_plan(const PlanQuestion& question);

}  // namespace gpubench::carbon
