// The files of a saved run, made from its journal.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/environment.h"
#include "report/spec.h"
#include "runs/run_directory.h"
#include "runs/saved_run.h"

namespace gpubench::commands {

// A saved run with what is not in its journal: what it emitted, if it was killed, and what its last export came to.
base::Result<runs::SavedRun> load_costed_run(const runs::RunDirectory& directory, const cli::Environment& environment);

// The run, for its outputs to be made again. Also an error: its journal was damaged later and holds less than the results
// were made of.
base::Result<runs::SavedRun> load_for_outputs(const runs::RunDirectory& directory, const cli::Environment& environment);

// On standard error: what of its journal could not be read.
void say_damage(const runs::SavedRun& saved);

// Writes what is asked for and lists what is there. An output that cannot be made is complained of, the others are made.
// Returns the exit code.
int write_outputs(const runs::RunDirectory& directory, const runs::SavedRun& saved, const report::OutputSpec& outputs);

// The runs that a name means: a run, those of a set, or the parts of a job.
struct NamedRuns {
  std::vector<runs::RunDirectory> runs;
  std::filesystem::path job = {};  // the folder of a job's record; empty: it is none
};
base::Result<NamedRuns> find_runs_or_parts(const std::filesystem::path& results_dir, const std::string& name);

}  // namespace gpubench::commands
