// The files of a saved run, made from its journal.
#pragma once

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

// Writes what is asked for and lists what is there. An output that cannot be made is complained of, the others are made.
// Returns the exit code.
int write_outputs(const runs::RunDirectory& directory, const runs::SavedRun& saved, const report::OutputSpec& outputs);

}  // namespace gpubench::commands
