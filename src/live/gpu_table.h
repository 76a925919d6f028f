// The "Current GPU Metrics" table.
#pragma once

#include <string>
#include <vector>

#include "meter/reading.h"
#include "record/progress.h"

namespace gpubench::live {

// The predecessor's table, one row per GPU; a narrower form of it where `columns` does not hold it.
std::string current_metrics_table(const std::vector<meter::GpuDescription>& gpus, const record::Progress& progress,
                                  int columns);

}  // namespace gpubench::live
