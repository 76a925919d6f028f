// What a run runs in, as far as the machine says: for whoever wants to repeat it.
#pragma once

#include <string>
#include <vector>

#include "meter/gpu_meter.h"
#include "record/run_facts.h"

namespace gpubench::run {

// Operating system, kernel, processor, memory, control group, batch job, and the git commit of the current folder. What is
// not known is left out. `variables` are "NAME=value" of the process. Takes a few milliseconds, and with git at most 2 s
// more.
std::vector<record::EnvironmentFact> machine_environment(const std::vector<std::string>& variables);

}  // namespace gpubench::run
