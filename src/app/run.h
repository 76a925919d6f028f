// The order of a run: this file reads like the README.
#pragma once

#include <string>
#include <vector>

namespace gpubench::app {

// Exit codes of the tool itself; else the benchmark's own.
inline constexpr int kUsageError = 2;
inline constexpr int kCannotRun = 125;
inline constexpr int kTimedOut = 124;    // as timeout(1)
inline constexpr int kSignalBase = 128;  // plus the number of the signal that ended it

// The whole program. `arguments` without the program's name.
int run_program(const std::vector<std::string>& arguments);

}  // namespace gpubench::app
