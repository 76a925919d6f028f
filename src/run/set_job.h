// What the command line says of a set, as the job that makes its runs.
#pragma once

#include <functional>

#include "cli/run_options.h"
#include "run/repeat.h"

namespace gpubench::run {

// A run's spec with what comes from the environment.
using Completed = std::function<cli::RunSpec(cli::RunSpec)>;

base::Result<SetJob> new_set(const cli::RunLine& line, const Completed& completed);

// `line`: the set's own command line, read again.
base::Result<SetJob> resumed_set(sets::SavedSet saved, const cli::RunLine& line, const Completed& completed);

// The set of --resume, which must not be complete and be of this folder.
base::Result<sets::SavedSet> find_set_to_resume(const cli::RunLine& line);

}  // namespace gpubench::run
