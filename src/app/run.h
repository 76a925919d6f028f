// The order of a run: this file reads like the README.
#pragma once

#include "cli/environment.h"
#include "run/spec.h"

namespace gpubench::app {

// Returns the exit code.
int run_benchmark(const run::RunSpec& spec, const cli::Environment& environment);

}  // namespace gpubench::app
