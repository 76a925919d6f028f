// A saved run with what is not in its journal: what it emitted, if it was killed, and what its last export came to.
#pragma once

#include "app/environment.h"
#include "app/saved_run.h"
#include "base/result.h"
#include "runs/run_directory.h"

namespace gpubench::app {

// A run that was killed: its carbon source is asked as the run would have asked it. One that was finished is left alone.
void cost_unfinished(SavedRun& saved, const Environment& environment);

// load_past_run(), with both.
base::Result<SavedRun> load_costed_run(const runs::RunDirectory& directory, const Environment& environment);

}  // namespace gpubench::app
