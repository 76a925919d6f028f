// The library that makes NVTX ranges of a program marks (nvtx/), as part of this program.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace gpubench::runs {

std::string_view nvtx_library();

// Writes it below the run's folder, where any user may load it; returns its absolute path.
base::Result<std::filesystem::path> write_nvtx_library(const std::filesystem::path& run);
void remove_nvtx_library(const std::filesystem::path& run);

}  // namespace gpubench::runs
