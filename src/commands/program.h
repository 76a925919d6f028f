// The whole program: which command is meant, and what it is given.
#pragma once

#include <string>
#include <vector>

namespace gpubench::commands {

// `words` without the program's name. Returns the exit code.
int run_program(const std::vector<std::string>& words);

}  // namespace gpubench::commands
