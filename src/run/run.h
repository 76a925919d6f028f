// The order of a run: this file reads like the README.
#pragma once

#include "cli/environment.h"
#include "cli/run_spec.h"

namespace gpubench::run {

// Returns the exit code.
int run_benchmark(const cli::RunSpec& spec, const cli::Environment& environment);

}  // namespace gpubench::run
