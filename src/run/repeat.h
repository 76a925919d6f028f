// The order of a set: its runs one after another.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/environment.h"
#include "cli/run_spec.h"
#include "sets/saved_set.h"

namespace gpubench::run {

struct SetJob {
  sets::SavedSet saved;             // of a new set no folder is there yet
  std::vector<cli::RunSpec> specs;  // of each of its variants
};

// Makes the runs of the set that are not made yet, or goes on until a signal comes or a run fails. Returns the exit code.
int run_set(SetJob job, const cli::Environment& environment);

}  // namespace gpubench::run
