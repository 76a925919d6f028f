// How a saved run is named.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/option_table.h"
#include "cli/parse.h"

namespace gpubench::cli {

struct SavedRunName {
  std::string run;  // a folder, an id below results_dir, or "latest"
  std::string results_dir = "results";
};

// A folder of runs, which may also be named without an option.
struct FolderOfRuns {
  std::string named;  // DIR; empty: not given
  std::string results_dir = "results";
};

Option results_dir_option(std::string& results_dir);
std::vector<Option> saved_run_options(SavedRunName& name);
std::vector<Option> folder_of_runs_options(FolderOfRuns& folder);
// An error: both were typed.
base::Result<std::string> folder_of_runs(const FolderOfRuns& folder, const Parsed& line);

}  // namespace gpubench::cli
