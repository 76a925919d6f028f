// The order of a run: this file reads like the README.
#pragma once

#include <string>
#include <vector>

namespace gpubench::app {

// A run, or a command that commands/ does not have yet. `arguments` without the program's name.
int run_program(const std::vector<std::string>& arguments);

}  // namespace gpubench::app
