// How a saved run is named.
#pragma once

#include <string>
#include <vector>

#include "cli/option_table.h"

namespace gpubench::cli {

struct SavedRunName {
  std::string run;  // a folder, an id below results_dir, or "latest"
  std::string results_dir = "results";
};

Option results_dir_option(std::string& results_dir);
std::vector<Option> saved_run_options(SavedRunName& name);

}  // namespace gpubench::cli
