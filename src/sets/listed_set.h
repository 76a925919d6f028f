// A set as one row of a list of runs.
#pragma once

#include <map>
#include <string>

#include "runs/run_list.h"
#include "sets/run_set.h"

namespace gpubench::sets {

using ListedRuns = std::map<std::string, runs::ListedRun*>;  // by their ids

// Gives each run of the set that is listed its place in it. `under_way`: a process makes runs of it now.
runs::ListedRun listed_set(const RunSet& set, const ListedRuns& runs, bool under_way);

}  // namespace gpubench::sets
