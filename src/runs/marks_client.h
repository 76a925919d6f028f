// The clients for marks (share/marks/), as parts of this program.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gpubench::runs {

std::string_view marks_client_py();
std::string_view marks_client_h();
std::string_view marks_client_sh();

// Writes them into a folder below the run's, which any user may read; returns its absolute path.
base::Result<std::string> write_marks_client(const std::filesystem::path& run);
void remove_marks_client(const std::filesystem::path& run);

}  // namespace gpubench::runs
