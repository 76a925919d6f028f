#include <iostream>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/output_options.h"
#include "cli/saved_run_options.h"
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

int report(const Report& spec, const Context& context) {
  const auto directory = runs::find_run(spec.name.results_dir, spec.name.run);
  if (!directory) return cli::complain(directory.error(), cli::kUsageError);
  const auto saved = load_for_outputs(*directory, context.environment);
  if (!saved) return cli::complain(saved.error(), cli::kCannotRun);
  if (!saved->finished)
    return cli::complain({"the run " + directory->run_id + " was not finished",
                          "iris-gpubench recover " + directory->run_id + " makes results from its journal"},
                         cli::kCannotRun);
  if (!saved->damage.empty()) std::cerr << "iris-gpubench: " << saved->damage << "\n";
  return write_outputs(*directory, *saved, spec.outputs);
}

}  // namespace

Command report_command() {
  return make_command("report", "Make every output of a run again", describe_report, report);
}

}  // namespace gpubench::commands
