#include <iostream>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/output_options.h"
#include "cli/saved_run_options.h"
#include "commands/named_runs.h"
#include "commands/saved_outputs.h"
#include "commands/table.h"
#include "runs/saved_run.h"

namespace gpubench::commands {
namespace {

struct Report {
  cli::SavedRunName name;
  report::OutputSpec outputs;
};

cli::OptionTable describe_report(Report& spec) {
  return {{{"Options", cli::saved_run_options(spec.name)}, {"Options", cli::output_options(spec.outputs)}}};
}

int report_run(const runs::RunDirectory& directory, const Report& spec, const Context& context) {
  const auto saved = load_for_outputs(directory, context.environment);
  if (!saved) return cli::complain(saved.error(), cli::kCannotRun);
  if (!saved->finished)
    return cli::complain({"the run " + directory.run_id + " was not finished",
                          "iris-gpubench recover " + directory.run_id + " makes results from its journal"},
                         cli::kCannotRun);
  if (!saved->damage.empty()) std::cerr << "iris-gpubench: " << saved->damage << "\n";
  return write_outputs(directory, *saved, spec.outputs);
}

// One run of a set that cannot be reported does not stop the others.
int report(const Report& spec, const Context& context) {
  const auto runs = find_named_runs(spec.name.results_dir, spec.name.run);
  if (!runs) return cli::complain(runs.error(), cli::kUsageError);
  int status = 0;
  for (const runs::RunDirectory& directory : *runs)
    if (const int one = report_run(directory, spec, context); one != 0) status = one;
  return status;
}

}  // namespace

Command report_command() {
  return make_command("report", "Make every output of a run, or of each run of a set, again", describe_report, report);
}

}  // namespace gpubench::commands
