// The front door of the meters.
#pragma once

#include <memory>

#include "base/result.h"
#include "meter/gpu_meter.h"
#include "meter/spec.h"
#include "platform/clock.h"

namespace gpubench::meter {

// The clock must outlive the meter.
base::Result<std::unique_ptr<GpuMeter>> open_meter(const MeterSpec& spec, const platform::Clock& clock);

}  // namespace gpubench::meter
