// The metrics.json of a finished run.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/result.h"

namespace gpubench::runs {

// An object. An error: there is none, or it is not JSON.
base::Result<nlohmann::ordered_json> read_saved_metrics(const std::filesystem::path& run_directory);

}  // namespace gpubench::runs
