// Statistics of the interval readings and the power samples of one GPU over the run.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "energy/gpu_energy.h"
#include "meter/gpu_meter.h"
#include "record/finding.h"
#include "record/run_record.h"
#include "series/gpu_series.h"

namespace gpubench::record {

// One pass over the readings within `run`, in constant memory.
ReadingStatistics summarize_readings(const series::Series<meter::GpuReading>& readings, base::Window run);

// A GPU's whole account: description, energy, statistics.
GpuRecord account_gpu(const meter::GpuDescription& gpu, const series::GpuSeries& series, const energy::GpuEnergy& energy,
                      base::Window run);

// The finding that a GPU was throttled by heat or by the hardware, by the readings and, of what it counts, by the driver's
// own time; none for the software power cap alone, which is how a
// GPU works at its power limit.
std::optional<Throttled> throttling_finding(const GpuRecord& gpu, base::Duration elapsed);

// What the driver reported of the GPU during the run that casts doubt on its figures.
std::vector<Finding> event_findings(const GpuRecord& gpu);

}  // namespace gpubench::record
