// What a run that was killed emitted: not in its journal.
#pragma once

#include "carbon/services.h"
#include "runs/saved_run.h"

namespace gpubench::runs {

// The run's carbon source is asked as the run would have asked it. A run that was finished is left alone.
void cost_unfinished(SavedRun& saved, const carbon::Services& services);

}  // namespace gpubench::runs
