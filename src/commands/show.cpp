#include <cstdint>
#include <iostream>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/saved_run_options.h"
#include "commands/costed_run.h"
#include "commands/named_runs.h"
#include "commands/table.h"
#include "platform/regular_file.h"
#include "report/formatted_tables.h"
#include "run/result_files.h"
#include "sets/summary.h"

namespace gpubench::commands {
namespace {

struct Show {
  cli::SavedRunName name;
};

cli::OptionTable describe_show(Show& spec) {
  return {{{"Options", cli::saved_run_options(spec.name)}}};
}

void show_set(const sets::SavedSet& saved) {
  std::cout << run::for_terminal(platform::Terminal(), sets::summary_text(saved.set, figures_of(saved)));
}

// The tables as they were written; made from the journal where they were not.
int show(const Show& spec, const Context& context) {
  const auto set = sets::find_set(spec.name.results_dir, spec.name.run);
  if (!set) return cli::complain(set.error(), cli::kCannotRun);
  if (*set) {
    show_set(**set);
    return 0;
  }
  const auto directory = runs::find_run(spec.name.results_dir, spec.name.run);
  if (!directory) return cli::complain(directory.error(), cli::kUsageError);
  constexpr std::uint64_t kLargest = std::uint64_t{16} << 20;
  if (const auto tables = platform::read_regular_file(directory->file("formatted_metrics.txt"), kLargest);
      tables && !tables->empty()) {
    std::cout << run::for_terminal(platform::Terminal(), cli::printable(*tables));
    return 0;
  }
  const auto saved = load_costed_run(*directory, context.environment);
  if (!saved) return cli::complain(saved.error(), cli::kCannotRun);
  std::cout << run::for_terminal(platform::Terminal(), report::formatted_tables(saved->run));
  return 0;
}

}  // namespace

Command show_command() {
  return make_command("show", "Print the tables of a run, or what a set of runs comes to", describe_show, show);
}

}  // namespace gpubench::commands
