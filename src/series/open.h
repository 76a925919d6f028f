// The front door of the series: where a run's values are kept.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "base/result.h"
#include "series/gpu_series.h"

namespace gpubench::series {

class Journal;

// One set per GPU, spooled to the folder and, where there is one, written to the journal, which must outlive them.
base::Result<std::vector<GpuSeries>> open_series(const std::vector<meter::GpuDescription>& gpus,
                                                 const std::filesystem::path& directory, Journal* journal = nullptr);

}  // namespace gpubench::series
