// A file with intensities that the user gives (--carbon-source file:PATH).
#pragma once

#include <filesystem>
#include <memory>

#include "carbon/intensity.h"

namespace gpubench::carbon {

// Reads and checks the whole file at once, so that its errors are reported before the run. `now`: when it is read.
base::Result<std::unique_ptr<IntensityProvider>> open_intensity_file(const std::filesystem::path& path, base::WallTime now);

}  // namespace gpubench::carbon
