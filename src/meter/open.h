// The front door of the meters.
#pragma once

#include <memory>

#include "base/result.h"
#include "meter/gpu_meter.h"
#include "meter/spec.h"
#include "platform/clock.h"

namespace gpubench::meter {

// The clock must outlive the meter. A driver that does not answer is given up when `interrupt_fd` becomes readable (-1:
// never), or after two minutes.
base::Result<std::unique_ptr<GpuMeter>> open_meter(const MeterSpec& spec, const platform::Clock& clock,
                                                   int interrupt_fd = -1);

}  // namespace gpubench::meter
