#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "base/try.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/output_options.h"
#include "cli/saved_run_options.h"
#include "commands/saved_outputs.h"
#include "commands/table.h"
#include "jobs/merge_job.h"
#include "parts/job_beside.h"
#include "parts/part.h"
#include "platform/files.h"
#include "platform/regular_file.h"
#include "report/exchange/boamps.h"
#include "report/exchange/ro_crate.h"
#include "runs/saved_run.h"
#include "sets/named_runs.h"
#include "sets/sweep_picture.h"

namespace gpubench::commands {
namespace {

enum class ReportForm : std::uint8_t { all, boamps, ro_crate };

struct Report {
  cli::SavedRunName name;
  report::OutputSpec outputs;
  ReportForm form = ReportForm::all;
  std::string about;  // a file; empty: none
};

cli::OptionTable describe_report(Report& spec) {
  const std::vector<cli::Option> forms{
      {"--format", "FORM", "What to make: all (every output), boamps (boamps.json) or ro-crate (ro-crate-metadata.json)",
       cli::choice(spec.form,
                   cli::Choices<ReportForm>{
                       {"all", ReportForm::all}, {"boamps", ReportForm::boamps}, {"ro-crate", ReportForm::ro_crate}})},
      {"--about", "FILE", "For boamps: JSON with what no meter knows",
       cli::offering(cli::Offer::file, cli::text(spec.about))}};
  const auto check = [&spec]() -> base::Result<void> {
    if (!spec.about.empty() && spec.form != ReportForm::boamps)
      return base::failure("--about belongs to --format boamps", "leave one of them out");
    return {};
  };
  return {{{"Options", cli::saved_run_options(spec.name)},
           {"Options", forms, check},
           {"Options", cli::output_options(spec.outputs)}}};
}

// One file in a form of others.
base::Result<std::filesystem::path> write_exchange(const Report& spec, const runs::RunDirectory& directory,
                                                   const record::RunRecord& run) {
  if (spec.form == ReportForm::ro_crate) {
    auto path = directory.path / "ro-crate-metadata.json";
    GPUBENCH_TRY(platform::write_file_atomically(path, report::ro_crate(run, directory.path)));
    return path;
  }
  constexpr std::uint64_t kLargestAbout = std::uint64_t{1} << 20;
  std::string about;
  if (!spec.about.empty()) {
    auto read = platform::read_named_file(spec.about, kLargestAbout);
    if (!read) return base::failure(read.error().with_context("--about"));
    about = *std::move(read);
  }
  const auto text = report::boamps_report(run, about);
  if (!text) return base::failure(text.error());
  auto path = directory.path / "boamps.json";
  GPUBENCH_TRY(platform::write_file_atomically(path, *text));
  return path;
}

int report_run(const runs::RunDirectory& directory, const Report& spec, const Context& context,
               beside::SlurmPrograms& slurm) {
  const auto saved = load_for_outputs(directory, context.environment);
  if (!saved) return cli::complain(saved.error(), cli::kCannotRun);
  if (!saved->finished)
    return cli::complain({"the run " + directory.run_id + " was not finished",
                          "iris-gpubench recover " + directory.run_id + " makes results from its journal"},
                         cli::kCannotRun);
  say_damage(*saved);
  const beside::Period ran{saved->run.start_time(), saved->run.end_time()};
  if (!parts::is_part(directory.path))  // of a part, the job asks
    if (const auto asked = beside::ask_again(directory.path, ran, slurm); !asked)
      return cli::complain(asked.error(), cli::kCannotRun);
  if (spec.form == ReportForm::all) return write_outputs(directory, *saved, spec.outputs);
  const auto written = write_exchange(spec, directory, saved->run);
  if (!written) return cli::complain(written.error(), cli::kCannotRun);
  std::cout << cli::printable(written->string()) << "\n";
  return 0;
}

int draw_set(const cli::SavedRunName& name) {
  const auto set = sets::find_set(name.results_dir, name.run);
  if (!set || !*set) return 0;
  const auto drawn = sets::write_sweep_picture((*set)->folder, (*set)->set, sets::figures_of(**set));
  if (!drawn) return cli::complain(drawn.error(), cli::kCannotRun);
  if (*drawn) std::cout << ((*set)->folder / sets::kSweepPicture).string() << "\n";
  return 0;
}

// The parts' own files are made first: the job's record is made of them.
int merge_again(const std::filesystem::path& folder, const Report& spec, const Context& context,
                beside::SlurmPrograms& slurm) {
  auto job = jobs::read_job(jobs::part_folders(folder), context.environment.carbon);
  if (!job) return cli::complain(job.error(), cli::kCannotRun);
  if (const auto asked = parts::ask_slurm(folder, *job, slurm); !asked) return cli::complain(asked.error(), cli::kCannotRun);
  if (const auto written = jobs::write_job(folder, *job, spec.outputs); !written)
    return cli::complain(written.error(), cli::kCannotRun);
  std::cout << cli::printable((folder / "report.html").string()) << "\n";
  return 0;
}

// One run of a set that cannot be reported does not stop the others.
int report(const Report& spec, const Context& context) {
  const auto named = find_runs_or_parts(spec.name.results_dir, spec.name.run);
  if (!named) return cli::complain(named.error(), cli::kUsageError);
  int status = 0;
  beside::InstalledSlurm slurm;
  for (const runs::RunDirectory& directory : named->runs)
    if (const int one = report_run(directory, spec, context, slurm); one != 0) status = one;
  if (!named->job.empty() && spec.form == ReportForm::all)
    if (const int merged = merge_again(named->job, spec, context, slurm); merged != 0) status = merged;
  if (const int picture = draw_set(spec.name); picture != 0) status = picture;
  return status;
}

}  // namespace

Command report_command() {
  return make_command("report", "Make every output again: of a run, of each run of a set, or of each part of a job",
                      describe_report, report);
}

}  // namespace gpubench::commands
