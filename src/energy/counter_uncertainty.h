// The uncertainty of the counter's figure.
#pragma once

#include <optional>

#include "base/quantity.h"
#include "base/time.h"
#include "energy/counter_ends.h"
#include "energy/power_statistics.h"
#include "energy/uncertainty.h"
#include "meter/sensor_timing.h"

namespace gpubench::energy {

// `span`: of the power samples; empty: taken from the counter's own mean power.
Uncertainty counter_uncertainty(const CounterEnds& ends, base::Window run, const std::optional<PowerSpan>& span,
                                const meter::SensorTiming& sensor);

}  // namespace gpubench::energy
