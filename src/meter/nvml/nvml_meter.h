// The real GPUs of this machine, read through NVIDIA's driver.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "meter/gpu_meter.h"
#include "platform/clock.h"

namespace gpubench::meter {

// Fails, naming the way out, if there is no driver or no GPU. A GPU that the driver lists but cannot open is left out and
// named in source().description. `library_path` replaces the search for libnvidia-ml.so.1. The clock must outlive the meter.
base::Result<std::unique_ptr<GpuMeter>> open_nvml_meter(const platform::Clock& clock, const std::string& library_path = {});

// The same on the machine's clock, with a limit to how long the driver is waited for: guarded_meter.h. Opening is given up
// when `interrupt_fd` becomes readable.
base::Result<std::unique_ptr<GpuMeter>> open_guarded_nvml_meter(const std::string& library_path = {}, int interrupt_fd = -1);

}  // namespace gpubench::meter
