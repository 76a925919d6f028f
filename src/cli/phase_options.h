// Where phases of the benchmark come from, besides its own marks.
#pragma once

#include <vector>

#include "cli/option_table.h"
#include "cli/run_spec.h"

namespace gpubench::cli {

std::vector<Option> phase_options(RunSpec& spec);

}  // namespace gpubench::cli
