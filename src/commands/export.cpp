#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/export_options.h"
#include "cli/saved_run_options.h"
#include "commands/export_saved_run.h"
#include "commands/saved_outputs.h"
#include "commands/table.h"
#include "exporting/figures/job_samples.h"
#include "exporting/figures/set_samples.h"
#include "platform/clock.h"
#include "run/run_export.h"
#include "sets/saved_set.h"

namespace gpubench::commands {
namespace {

constexpr int kNotComplete = 1;  // something waits, was refused, was not found or is lost

struct Export {
  cli::SavedRunName name;
  exporting::ExportSpec to;
  bool verify = false;
  base::Duration patience = std::chrono::seconds(30);
};

cli::OptionTable describe_export(Export& spec) {
  return {{{"Options", cli::saved_run_options(spec.name)},
           {"Options", cli::export_options(spec.to)},
           {"Options",
            {{"--verify", "", "Read everything back again, even what was read back before", cli::switch_on(spec.verify)},
             {"--patience", "SECONDS", "Give up after this many seconds without progress",
              cli::seconds(spec.patience, {0, 86400})}}}}};
}

int export_run(const runs::RunDirectory& directory, const Export& spec, const Context& context) {
  exporting::ExportSpec to = spec.to;
  to.server = context.environment.metrics_database;
  const auto exported = export_saved_run(directory, {to, spec.verify, spec.patience}, context.environment);
  if (!exported) return cli::complain(exported.error(), cli::kCannotRun);
  std::cout << export_text(*exported);
  return is_complete(*exported) ? 0 : kNotComplete;
}

struct Figures {
  std::string title;
  std::filesystem::path folder;
  exporting::MakeSource source;
};

// What a set or a job says of the whole; a run by itself has nothing of that.
base::Result<std::optional<Figures>> find_figures(const Export& spec, const NamedRuns& named) {
  if (!named.job.empty()) {
    const std::string name = named.job.filename().string();
    std::error_code error;
    if (!std::filesystem::exists(named.job / "metrics.json", error))
      return base::failure("the job " + name + " has no record, so only its parts were sent",
                           "make it: iris-gpubench merge " + name);
    return Figures{"Figures of the job " + name, named.job, exporting::make_job_samples};
  }
  const auto set = sets::find_set(spec.name.results_dir, spec.name.run);
  if (!set || !*set) return std::nullopt;
  return Figures{"Figures of the set " + (*set)->set.id, (*set)->folder, exporting::make_set_samples};
}

int export_figures(const Export& spec, const NamedRuns& named, const Context& context) {
  const auto found = find_figures(spec, named);
  if (!found) return cli::complain(found.error(), cli::kCannotRun);
  const std::optional<Figures>& figures = *found;
  if (!figures) return 0;
  const platform::SystemClock clock;
  run::FiguresExport wanted{spec.to, spec.patience, spec.verify};
  wanted.to.server = context.environment.metrics_database;
  const auto exported = run::export_figures(figures->folder, figures->source, wanted, context.environment.ca_file, clock,
                                            [] { return false; });
  if (!exported) return cli::complain(exported.error(), cli::kCannotRun);
  std::cout << cli::printable(figures->title) << "\n" << export_text({*exported, {}});
  return is_complete({*exported, {}}) ? 0 : kNotComplete;
}

int export_runs(const Export& spec, const Context& context) {
  const auto named = find_runs_or_parts(spec.name.results_dir, spec.name.run);
  if (!named) return cli::complain(named.error(), cli::kUsageError);
  int status = 0;
  for (const runs::RunDirectory& directory : named->runs)
    if (const int one = export_run(directory, spec, context); one != 0) status = one;
  if (const int figures = export_figures(spec, *named, context); figures != 0) status = figures;
  return status;
}

}  // namespace

Command export_command() {
  return make_command("export", "Send the rest of a finished run, set or job to the metrics database", describe_export,
                      export_runs);
}

}  // namespace gpubench::commands
