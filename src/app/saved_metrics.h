// The metrics.json of a run that is over.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/result.h"

namespace gpubench::app {

// An object. An error: there is none, or it is no JSON.
base::Result<nlohmann::ordered_json> read_saved_metrics(const std::filesystem::path& run_directory);

}  // namespace gpubench::app
