// A recorded trace played as if it were this machine's GPUs.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "meter/gpu_meter.h"
#include "platform/clock.h"

namespace gpubench::meter {

// Plays the trace in the file from the first call on, in the clock's time, again and again. `gpus` GPUs (1 to 64; 0: as many
// as were recorded): those of the trace first, then copies of them, each some seconds ahead of the one before, with its
// own index and a uuid that ends in "-copyN". Every source().description says that it is a replay. The clock must outlive
// the meter.
base::Result<std::unique_ptr<GpuMeter>> open_replay_meter(const std::string& path, int gpus, const platform::Clock& clock);

}  // namespace gpubench::meter
