#include "cli/saved_run_options.h"

namespace gpubench::cli {

Option results_dir_option(std::string& results_dir) {
  return {"--results_dir", "DIR", "Folder of runs, each with a folder of its own", text(results_dir)};
}

std::vector<Option> saved_run_options(SavedRunName& name) {
  Option run{"RUN", "", "A run's folder, its id, or latest", text(name.run)};
  run.required = true;
  return {run, results_dir_option(name.results_dir)};
}

}  // namespace gpubench::cli
