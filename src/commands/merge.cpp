#include <filesystem>
#include <iostream>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/output_options.h"
#include "cli/saved_run_options.h"
#include "commands/table.h"
#include "jobs/merge_job.h"
#include "parts/job_beside.h"
#include "parts/job_tables.h"
#include "platform/terminal.h"
#include "run/result_files.h"

namespace gpubench::commands {
namespace {

namespace fs = std::filesystem;

struct Merge {
  std::vector<std::string> folders;
  std::string results_dir = "results";
  std::string output;
  report::OutputSpec outputs;
};

cli::OptionTable describe_merge(Merge& spec) {
  cli::Option folders = cli::required({"RUN", "", "A job's id or folder, or the folders of its parts",
                                       cli::offering(cli::Offer::run, cli::texts(spec.folders))});
  return {{{"Options",
            {std::move(folders),
             cli::results_dir_option(spec.results_dir),
             {"--output", "FOLDER", "Where the job's results go; default: the job's folder, or RESULTS_DIR/JOB",
              cli::offering(cli::Offer::folder, cli::text(spec.output))}}},
           {"Options", cli::picture_options(spec.outputs)}}};
}

// A job's folder need not have the very name of its --group.
fs::path folder_of(const Merge& spec, const std::string& name) {
  std::error_code error;
  const fs::path results(spec.results_dir);
  for (const fs::path& folder : {results / name, fs::path(name), results / parts::id_of(name)})
    if (fs::is_directory(folder, error)) return folder;
  return name;
}

base::Result<std::vector<fs::path>> all_parts(const Merge& spec) {
  std::error_code error;
  std::set<fs::path> all;
  for (const std::string& name : spec.folders) {
    const auto found = jobs::part_folders(folder_of(spec, name));
    if (found.empty())
      return base::failure("there is no part of a job in " + name,
                           "name a job's folder, or folders with a part.json; iris-gpubench --group makes them");
    for (const fs::path& part : found) {  // one folder may be named twice, by a link too
      const fs::path real = fs::canonical(part, error);
      all.insert(error ? part : real);
    }
  }
  return std::vector<fs::path>(all.begin(), all.end());
}

// The job's own folder if it alone was named.
fs::path output_of(const Merge& spec, const parts::Job& job) {
  if (!spec.output.empty()) return spec.output;
  fs::path only = folder_of(spec, spec.folders.front());
  std::error_code error;
  if (spec.folders.size() == 1 && fs::is_directory(only / "nodes", error)) return only;
  return fs::path(spec.results_dir) / parts::id_of(job.group);
}

int merge(const Merge& spec, const Context& context) {
  const auto folders = all_parts(spec);
  if (!folders) return cli::complain(folders.error(), cli::kUsageError);
  auto job = jobs::read_job(*folders, context.environment.carbon);
  if (!job) return cli::complain(job.error(), cli::kUsageError);
  const fs::path output = output_of(spec, *job);
  std::error_code error;
  fs::create_directories(output, error);
  beside::InstalledSlurm slurm;
  if (const auto asked = parts::ask_slurm(output, *job, slurm); !asked) return cli::complain(asked.error(), cli::kCannotRun);
  std::cout << run::for_terminal(platform::Terminal(), parts::job_text(*job));
  if (const auto written = jobs::write_job(output, *job, spec.outputs); !written)
    return cli::complain(written.error(), cli::kCannotRun);
  std::cout << "Results in " << output.string() << "\n";
  return 0;
}

}  // namespace

Command merge_command() {
  return make_command("merge", "Make one record of the parts of a job on several nodes", describe_merge, merge);
}

}  // namespace gpubench::commands
