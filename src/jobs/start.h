// The run of a benchmark, by itself or as one process of a job.
#pragma once

#include "cli/environment.h"
#include "cli/run_spec.h"

namespace gpubench::jobs {

// Returns the exit code.
int run_benchmark(const cli::RunSpec& spec, const cli::Environment& environment);

}  // namespace gpubench::jobs
