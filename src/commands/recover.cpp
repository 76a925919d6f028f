#include <iostream>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/output_options.h"
#include "cli/saved_run_options.h"
#include "commands/saved_outputs.h"
#include "commands/table.h"
#include "run/result_files.h"
#include "runs/saved_run.h"
#include "workload/open.h"

namespace gpubench::commands {
namespace {

struct Recover {
  cli::SavedRunName name;
  report::OutputSpec outputs;
};

cli::OptionTable describe_recover(Recover& spec) {
  return {{{"Options", cli::saved_run_options(spec.name)}, {"Options", cli::output_options(spec.outputs)}}};
}

// A killed run cannot remove its container, which may still run and holds the benchmark's own results. Without an engine
// there is none to be found.
void name_containers(const std::string& run_id, const Context& context) {
  const auto containers = workload::list_own_containers(context.environment.engine);
  if (!containers) return;
  for (const workload::OwnContainer& container : *containers)
    if (container.name.find(run_id) != std::string::npos)
      std::cerr << "iris-gpubench: the run's container " << container.name << " is still there (" << container.status
                << ")\n  its results are copied by: docker cp " << container.name
                << ":/root/results FOLDER; then iris-gpubench clean removes it\n";
}

int recover(const Recover& spec, const Context& context) {
  const auto directory = runs::find_run(spec.name.results_dir, spec.name.run);
  if (!directory) return cli::complain(directory.error(), cli::kUsageError);
  const auto saved = load_for_outputs(*directory, context.environment);
  if (!saved) return cli::complain(saved.error(), cli::kCannotRun);
  say_damage(*saved);
  std::cout << run::for_terminal(platform::Terminal(), run::tables_of(*directory, saved->run)) << "\n";
  const int code = write_outputs(*directory, *saved, spec.outputs);
  if (!saved->finished && saved->run.benchmark.kind == "container") name_containers(directory->run_id, context);
  return code;
}

}  // namespace

Command recover_command() {
  return make_command("recover", "Make the outputs of a run that was killed, up to the last second of its journal",
                      describe_recover, recover);
}

}  // namespace gpubench::commands
