// A saved run with what it emitted, whether or not it came to cost itself.
#pragma once

#include "app/environment.h"
#include "app/run_directory.h"
#include "app/saved_run.h"
#include "base/result.h"

namespace gpubench::app {

// A run that was killed: its carbon source is asked as the run would have asked it. One that was finished is left alone.
void cost_unfinished(SavedRun& saved, const Environment& environment);

// load_past_run() and cost_unfinished().
base::Result<SavedRun> load_costed_run(const RunDirectory& directory, const Environment& environment);

}  // namespace gpubench::app
