#include "cli/saved_run_options.h"

namespace gpubench::cli {
namespace {

Value folder(std::string& target) {
  const auto take = [&target](const std::string& option, const std::string& text) -> base::Result<void> {
    if (text.empty()) return base::failure(option + " is empty", "name a folder");
    target = text;
    return {};
  };
  return offering(Offer::folder, {take, target});
}

}  // namespace

Option results_dir_option(std::string& results_dir) {
  return {"--results_dir", "DIR", "Folder that contains the runs' folders", folder(results_dir)};
}

std::vector<Option> saved_run_options(SavedRunName& name) {
  const Value run = offering(Offer::run, text(name.run));
  return {required({"RUN", "", "A run or a set: its folder, id or label, or latest", run}),
          results_dir_option(name.results_dir)};
}

std::vector<Option> folder_of_runs_options(FolderOfRuns& folder) {
  return {{"DIR", "", "Folder of runs (the same as --results-dir)", offering(Offer::folder, text(folder.named))},
          results_dir_option(folder.results_dir)};
}

base::Result<std::string> folder_of_runs(const FolderOfRuns& folder, const Parsed& line) {
  if (folder.named.empty()) return folder.results_dir;
  if (line.types("--results_dir")) return base::failure("DIR and --results-dir mean the same", "use only one of them");
  return folder.named;
}

}  // namespace gpubench::cli
