// Whether the GPU worked next to the run, by the driver's utilisation.
#pragma once

#include "base/time.h"
#include "meter/reading.h"
#include "meter/sensor_timing.h"
#include "series/series.h"

namespace gpubench::energy {

// A GPU in use may change its power at any moment: what its sensors show near an end of the run need not be the run's own
// edge.
enum class Beside : bool { idle, in_use };

// Idle if no reading says otherwise, or there are none (null).
Beside use_beside(const series::Series<meter::GpuReading>* readings, base::Window run, const meter::SensorTiming& sensor);

}  // namespace gpubench::energy
