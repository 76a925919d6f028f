// A saved run with what is not in its journal: what it emitted, if it was killed, and what its last export came to.
#pragma once

#include "base/result.h"
#include "cli/environment.h"
#include "runs/run_directory.h"
#include "runs/saved_run.h"

namespace gpubench::commands {

base::Result<runs::SavedRun> load_costed_run(const runs::RunDirectory& directory, const cli::Environment& environment);

}  // namespace gpubench::commands
