// Commands about the carbon of runs that are over: recarbon, plan.
#pragma once

#include <string>
#include <vector>

#include "app/environment.h"

namespace gpubench::app {

// Whether the command line begins with the word of such a command.
bool names_carbon_command(const std::vector<std::string>& arguments);

// Runs it; returns the exit status.
int run_carbon_command(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace gpubench::app
