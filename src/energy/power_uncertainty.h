// The uncertainty of the figures from power samples.
#pragma once

#include "base/quantity.h"
#include "base/time.h"
#include "energy/energy_estimate.h"
#include "energy/power_statistics.h"
#include "energy/uncertainty.h"
#include "meter/sensor_timing.h"

namespace gpubench::energy {

// What a lag of the samples' times moves in or out.
struct LaggingStep {
  base::Power step;      // power just before the end of the run less that just before its start
  base::Duration lag{};  // of the samples, at most
};
// `roughness`: PowerStatistics'.
Uncertainty ring_uncertainty(const EnergyEstimate& estimate, base::Window run, base::Energy roughness,
                             const LaggingStep& lagging);

// Of a run that is shorter than its samples may lag.
Uncertainty short_run_uncertainty(const EnergyEstimate& estimate, base::Window run);

// Start and end of a workload are known to a millisecond (fork and wait), a few (the container engine), or as well as two
// machines' clocks were compared.
UncertaintyTerm instants_term(const PowerSpan& span);

// What the averaged power leaves open.
struct AverageDoubt {
  base::Energy roughness;  // PowerStatistics'
  base::Duration lost{};   // time without readings, that after the run included
  base::Power change;      // from idle before the run to idle after it
};
Uncertainty average_uncertainty(const EnergyEstimate& estimate, base::Window run, const AverageDoubt& doubt,
                                const meter::SensorTiming& sensor);

}  // namespace gpubench::energy
