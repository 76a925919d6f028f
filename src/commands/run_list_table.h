// A folder of runs as tables.
#pragma once

#include <string>
#include <vector>

#include "runs/run_list.h"

namespace gpubench::commands {

// A line of at most 80 columns for each run; "-" for what is not known. Ids are as long as it takes to name one of `all`.
std::string run_list(const std::vector<runs::ListedRun>& runs, const std::vector<runs::ListedRun>& all);
// All columns, with whole ids.
std::string wide_run_list(const std::vector<runs::ListedRun>& runs);

}  // namespace gpubench::commands
