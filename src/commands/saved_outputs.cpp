#include "commands/saved_outputs.h"

#include <iostream>
#include <system_error>
#include <utility>

#include "base/try.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "exporting/state.h"
#include "jobs/merge_job.h"
#include "record/finding.h"
#include "report/text.h"
#include "run/result_files.h"
#include "runs/cost_unfinished.h"
#include "runs/saved_metrics.h"
#include "sets/named_runs.h"

namespace gpubench::commands {
namespace {

// What a new plot fails by is no finding of the run.
int draw(const runs::RunDirectory& directory, const runs::SavedRun& saved, report::PlotFormat format) {
  record::RunRecord drawn = saved.run;
  run::draw_plot(directory, drawn, saved.series, format);
  if (drawn.findings.size() == saved.run.findings.size()) return 0;
  return cli::complain({record::finding_text(drawn.findings.back()), {}}, cli::kCannotRun);
}

// That the journal holds what the run's results were made of.
base::Result<void> check_journal(const runs::SavedRun& saved, const runs::RunDirectory& directory) {
  const auto metrics = runs::read_saved_metrics(directory.path);
  if (!metrics) return {};
  const auto run_id = metrics->find("run_id");
  if (run_id != metrics->end() && run_id->is_string() && run_id->get_ref<const std::string&>() != saved.run.facts.run_id)
    return base::failure("the journal in " + directory.path.string() + " is of another run: " + saved.run.facts.run_id,
                         "the results were left unchanged; move the journal to the folder of its run");
  if (saved.finished) return {};
  const auto elapsed = metrics->find("elapsed_time");
  const double known = base::to_seconds(saved.run.elapsed());
  if (elapsed == metrics->end() || !elapsed->is_number() || elapsed->get<double>() <= known + 1e-6) return {};
  return base::failure("the journal of the run " + directory.run_id + " is damaged: it ends " +
                           report::short_number(known, 3) +
                           " s after the start, earlier than the results that were made from it",
                       "the results were left unchanged; to make them again from the journal, move metrics.json away first");
}

}  // namespace

base::Result<runs::SavedRun> load_costed_run(const runs::RunDirectory& directory, const cli::Environment& environment) {
  auto saved = runs::load_past_run(directory);
  if (!saved) return saved;
  runs::cost_unfinished(*saved, environment.carbon);
  if (auto outcome = exporting::last_export(directory.path)) saved->run.exported = *std::move(outcome);
  return saved;
}

base::Result<runs::SavedRun> load_for_outputs(const runs::RunDirectory& directory, const cli::Environment& environment) {
  auto saved = load_costed_run(directory, environment);
  if (saved) GPUBENCH_TRY(check_journal(*saved, directory));
  return saved;
}

void say_damage(const runs::SavedRun& saved) {
  if (!saved.damage.empty()) std::cerr << "iris-gpubench: " << cli::printable(saved.damage) << "\n";
}

int write_outputs(const runs::RunDirectory& directory, const runs::SavedRun& saved, const report::OutputSpec& outputs) {
  int status = outputs.plot ? draw(directory, saved, outputs.plot_format) : 0;
  if (const auto written = run::write_reports(directory, saved.run, saved.series, outputs.timeseries); !written)
    status = cli::complain(written.error(), cli::kCannotRun);
  if (outputs.html)
    if (const auto written = run::write_page(directory, saved.run, saved.series); !written)
      status = cli::complain(written.error(), cli::kCannotRun);
  std::cout << run::list_result_files(directory);
  return status;
}

base::Result<NamedRuns> find_runs_or_parts(const std::filesystem::path& results_dir, const std::string& name) {
  std::error_code error;
  for (const std::filesystem::path& folder : {results_dir / name, std::filesystem::path(name)}) {
    if (!std::filesystem::is_directory(folder / "nodes", error)) continue;
    NamedRuns job;
    job.job = folder;
    for (const std::filesystem::path& part : jobs::part_folders(folder))
      job.runs.push_back({part, folder.filename().string() + "/" + part.filename().string()});
    if (!job.runs.empty()) return job;
  }
  NamedRuns named;
  GPUBENCH_ASSIGN_OR_RETURN(named.runs, sets::find_named_runs(results_dir, name));
  return named;
}

}  // namespace gpubench::commands
