// The metrics.json of a finished run.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gpubench::runs {

// An object. An error: there is none, or it is not JSON. Without the member `left_out`: a large job's is ten times the
// file's size in memory, by its GPUs.
base::Result<nlohmann::ordered_json> read_saved_metrics(const std::filesystem::path& run_directory,
                                                        std::string_view left_out = {});

// What an object has under a key. Null or empty: nothing, or nothing of that type.
const nlohmann::ordered_json* member(const nlohmann::ordered_json& object, const char* key);
const nlohmann::ordered_json* object_in(const nlohmann::ordered_json& object, const char* key);
std::optional<double> number_in(const nlohmann::ordered_json& object, const char* key);
std::string text_in(const nlohmann::ordered_json& object, const char* key);

}  // namespace gpubench::runs
