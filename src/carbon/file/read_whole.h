// A file from outside, read whole within bounds. For this adapter's own use.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace gpubench::carbon {

// At most 16 MiB of a regular file; an error names the path.
base::Result<std::string> read_whole(const std::filesystem::path& path);

}  // namespace gpubench::carbon
