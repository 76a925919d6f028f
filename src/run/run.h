// One run from its start to its results: run.cpp has the order.
#pragma once

#include "cli/environment.h"
#include "cli/run_spec.h"

namespace gpubench::run {

// Returns the exit code.
int run_benchmark(const cli::RunSpec& spec, const cli::Environment& environment);

}  // namespace gpubench::run
