// The run of a benchmark, which needs no word of its own.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace gpubench::commands {

// That the words are those of a run that can be started later.
base::Result<void> check_run(const std::vector<std::string>& words);

}  // namespace gpubench::commands
