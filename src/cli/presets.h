// Defaults of a user's own for a run's options: from the environment, and from two configuration files.
//
// What counts, first to last: the command line, the environment (IRIS_GPUBENCH_INTERVAL), the project's file
// (.iris-gpubench.yml of the current folder), the user's file (iris-gpubench/config.yml of XDG_CONFIG_HOME).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/option_table.h"

namespace gpubench::cli {

inline constexpr const char* kProjectFile = ".iris-gpubench.yml";

// The user's file; empty: there is no home folder.
std::string user_config_file();

// Of each option of `table` the preset that counts. An error names the file and what is wrong in it.
base::Result<std::vector<Preset>> read_presets(const OptionTable& table);

}  // namespace gpubench::cli
