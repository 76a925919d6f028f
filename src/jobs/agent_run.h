// A node's share of a job whose benchmark is started by one program around it (head_run.h).
#pragma once

#include "cli/environment.h"
#include "cli/run_spec.h"

namespace gpubench::jobs {

// Standard input and output are the head's. `spec.part_of.group` is the job's. Returns the exit code.
int run_agent(const cli::RunSpec& spec, const cli::Environment& environment);

}  // namespace gpubench::jobs
