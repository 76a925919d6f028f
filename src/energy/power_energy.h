// Energy of a run by the driver's power samples or by its averaged power.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "energy/energy_estimate.h"
#include "meter/reading.h"
#include "series/series.h"

namespace gpubench::energy {

// Energy by the power ring: straight lines between its samples; ends cut at the window.
base::Result<EnergyEstimate> energy_from_power(const series::Series<meter::PowerSample>& power, base::Window run,
                                               const RunLimits& known = {}, const meter::SensorTiming& sensor = {});
// Energy by the interval readings' averaged power.
base::Result<EnergyEstimate> energy_from_average_power(const series::Series<meter::GpuReading>& readings, base::Window run,
                                                       const RunLimits& known = {}, const meter::SensorTiming& sensor = {});

}  // namespace gpubench::energy
