#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/saved_run_options.h"
#include "commands/run_list_table.h"
#include "commands/table.h"
#include "runs/run_list.h"

namespace gpubench::commands {
namespace {

struct List {
  std::string folder;
  std::string results_dir = "results";
};

cli::OptionTable describe_list(List& spec) {
  const auto check = [&spec]() -> base::Result<void> {
    if (!spec.folder.empty() && spec.results_dir != List{}.results_dir)
      return base::failure("DIR and --results_dir mean the same", "use only one of them");
    return {};
  };
  const cli::Option folder{"DIR", "", "Folder of runs (the same as --results_dir)",
                           cli::offering(cli::Offer::folder, cli::text(spec.folder))};
  return {{{"Options", {folder, cli::results_dir_option(spec.results_dir)}, check}}};
}

int list(const List& spec, const Context& /*context*/) {
  const std::string folder = spec.folder.empty() ? spec.results_dir : spec.folder;
  std::error_code unknown;
  if (folder == List{}.results_dir && !std::filesystem::exists(folder, unknown)) {
    std::cout << "No runs yet: there is no folder " << folder << " here\n";
    return 0;
  }
  const auto found = runs::list_runs(folder);
  if (!found) return cli::complain(found.error(), cli::kCannotRun);
  std::cout << (found->empty() ? "No runs in " + folder + "\n" : run_list_table(*found));
  return 0;
}

}  // namespace

Command list_command() {
  return make_command("list", "List the runs in a results folder", describe_list, list);
}

}  // namespace gpubench::commands
