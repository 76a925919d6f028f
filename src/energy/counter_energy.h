// Energy of a run by the hardware counter.
#pragma once

#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "energy/counter_value.h"
#include "energy/energy_estimate.h"
#include "energy/power_statistics.h"
#include "meter/reading.h"
#include "series/series.h"

namespace gpubench::energy {

// Energy by the hardware counter; an error says why it cannot be given (no readings, counter restarted, ...). `span`: of the
// power samples, for the uncertainty. `power`: the samples themselves, which say what happened between a reading and an end.
base::Result<EnergyEstimate> energy_from_counter(const series::Series<meter::CounterReading>& counter, base::Window run,
                                                 const std::optional<PowerSpan>& span = {},
                                                 const series::Series<meter::PowerSample>* power = nullptr,
                                                 const meter::SensorTiming& sensor = {}, Beside beside = Beside::idle);

}  // namespace gpubench::energy
