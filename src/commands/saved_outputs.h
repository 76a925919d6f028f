// The files of a saved run, made from its journal.
#pragma once

#include "app/saved_run.h"
#include "base/result.h"
#include "report/spec.h"
#include "runs/run_directory.h"

namespace gpubench::commands {

// That the journal holds what the run's results were made of. An error: it was damaged later, and is shorter now.
base::Result<void> check_journal(const app::SavedRun& saved, const runs::RunDirectory& directory);

// Writes what is asked for and lists what is there. An output that cannot be made is complained of, the others are made.
// Returns the exit code.
int write_outputs(const runs::RunDirectory& directory, const app::SavedRun& saved, const report::OutputSpec& outputs);

}  // namespace gpubench::commands
