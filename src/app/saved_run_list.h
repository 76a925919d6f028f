// A folder of runs as a table.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace gpubench::app {

// One row per run, oldest first, from each run's metrics.json; a run without it says why.
base::Result<std::string> list_runs(const std::filesystem::path& results_dir);

}  // namespace gpubench::app
