// What a container is given.
#pragma once

#include <vector>

#include "cli/option_table.h"
#include "workload/spec.h"

namespace gpubench::cli {

// All but those below.
std::vector<Option> container_options(workload::BenchmarkSpec& benchmark);

Option gpus_option(Value value);
Option score_regex_option(workload::BenchmarkSpec& benchmark);

}  // namespace gpubench::cli
