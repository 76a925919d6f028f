#include <cstdint>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/json.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/saved_run_options.h"
#include "commands/saved_outputs.h"
#include "commands/table.h"
#include "platform/regular_file.h"
#include "report/last_screen.h"
#include "report/metrics_yaml.h"
#include "run/result_files.h"
#include "runs/earlier_run.h"
#include "sets/named_runs.h"
#include "sets/summary.h"

namespace gpubench::commands {
namespace {

struct Show {
  cli::SavedRunName name;
  bool brief = false;
  bool json = false;
};

cli::OptionTable describe_show(Show& spec) {
  const std::vector<cli::Option> forms{
      {"--brief", "", "Print the screen that the run ended with, not all tables", cli::switch_on(spec.brief)},
      {"--json", "", "Print all figures as JSON", cli::switch_on(spec.json)}};
  const auto check = [&spec]() -> base::Result<void> {
    if (spec.brief && spec.json) return base::failure("--brief and --json cannot be used together", "use only one of them");
    return {};
  };
  return {{{"Options", cli::saved_run_options(spec.name)}, {"Options", forms, check}}};
}

int print_made_again(const Show& spec, const runs::RunDirectory& directory, const Context& context) {
  const auto saved = load_costed_run(directory, context.environment);
  if (!saved) return cli::complain(saved.error(), cli::kCannotRun);
  say_damage(*saved);
  if (spec.brief)
    std::cout << report::last_screen(saved->run,
                                     {directory.path, runs::find_earlier_run(directory.path.parent_path(), saved->run)});
  else if (spec.json)
    std::cout << report::metrics_json(saved->run);
  else
    std::cout << run::for_terminal(platform::Terminal(), run::tables_of(directory, saved->run));
  return 0;
}

void show_set(const sets::SavedSet& saved) {
  std::cout << run::for_terminal(platform::Terminal(), sets::summary_text(saved.set, sets::figures_of(saved)));
}

// What the run has written, ready to be printed. Empty: it has not, or what is there is damaged.
std::string written_text(const runs::RunDirectory& directory, bool json) {
  constexpr std::uint64_t kLargest = std::uint64_t{16} << 20;
  const auto text = platform::read_regular_file(directory.file(json ? "metrics.json" : "formatted_metrics.txt"), kLargest);
  if (!text) return {};
  if (!json) return run::for_terminal(platform::Terminal(), cli::printable(*text));
  return base::parse_ordered_json(*text).is_object() ? *text : "";
}

// The tables as they were written; made from the journal where they were not.
int show(const Show& spec, const Context& context) {
  const auto set = sets::find_set(spec.name.results_dir, spec.name.run);
  if (!set) return cli::complain(set.error(), cli::kCannotRun);
  if (*set) {
    if (spec.json)
      std::cout << sets::set_json((*set)->set);
    else
      show_set(**set);
    return 0;
  }
  const auto directory = runs::find_run(spec.name.results_dir, spec.name.run);
  if (!directory) return cli::complain(directory.error(), cli::kUsageError);
  const std::string text = spec.brief ? "" : written_text(*directory, spec.json);
  if (text.empty()) return print_made_again(spec, *directory, context);
  std::cout << text;
  return 0;
}

}  // namespace

Command show_command() {
  return make_command("show", "Print the tables of a run or of a set of runs", describe_show, show);
}

}  // namespace gpubench::commands
