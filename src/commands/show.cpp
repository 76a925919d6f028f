#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "app/reports.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/saved_run_options.h"
#include "commands/costed_run.h"
#include "commands/table.h"
#include "report/formatted_tables.h"

namespace gpubench::commands {
namespace {

struct Show {
  cli::SavedRunName name;
};

cli::OptionTable describe_show(Show& spec) {
  return {{{"Options", cli::saved_run_options(spec.name)}}};
}

// The tables as they were written; made from the journal where they were not.
int show(const Show& spec, const Context& context) {
  const auto directory = runs::find_run(spec.name.results_dir, spec.name.run);
  if (!directory) return cli::complain(directory.error(), cli::kUsageError);
  std::ifstream tables(directory->file("formatted_metrics.txt"), std::ios::binary);
  if (tables && tables.peek() != std::ifstream::traits_type::eof()) {
    const std::string text(std::istreambuf_iterator<char>(tables), {});
    std::cout << app::for_terminal(platform::Terminal(), text);
    return 0;
  }
  const auto saved = load_costed_run(*directory, context.environment);
  if (!saved) return cli::complain(saved.error(), cli::kCannotRun);
  std::cout << app::for_terminal(platform::Terminal(), report::formatted_tables(saved->run));
  return 0;
}

}  // namespace

Command show_command() {
  return make_command("show", "Print a run's tables", describe_show, show);
}

}  // namespace gpubench::commands
