// Which runs of a set count. A run is excluded for what is known of it, never for its value.
#pragma once

#include <map>
#include <string>

#include "sets/run_figures.h"
#include "sets/run_set.h"

namespace gpubench::sets {

using FiguresOfRuns = std::map<std::string, RunFigures>;  // by the run's id

// Gives each run that is made its role by the findings of its figures. Runs that were throttled count only if all were.
void assign_roles(RunSet& set, const FiguresOfRuns& figures);

// The runs that count and whose whole block counts, of one variant: those that a comparison uses.
std::vector<const Member*> counted_members(const RunSet& set, const std::string& variant);

}  // namespace gpubench::sets
