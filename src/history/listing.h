// All runs and sets of a results folder, for lists of them.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "runs/run_list.h"

namespace gpubench::history {

// Oldest first. Runs that are not over, and what cannot be read, say why their figures are unknown.
base::Result<std::vector<runs::ListedRun>> list_all(const std::filesystem::path& results_dir);

}  // namespace gpubench::history
