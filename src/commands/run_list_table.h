// A folder of runs as a table.
#pragma once

#include <string>
#include <vector>

#include "runs/run_list.h"

namespace gpubench::commands {

// One row per run; "-" for what is not known.
std::string run_list_table(const std::vector<runs::ListedRun>& runs);

}  // namespace gpubench::commands
