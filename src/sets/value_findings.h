// Doubts about a set that the values of its runs raise.
#pragma once

#include "sets/roles.h"
#include "sets/run_set.h"

namespace gpubench::sets {

// A first run that is not like the others, and a drift over the runs of a set with one variant. Takes the place of those of
// an earlier sitting.
void add_value_findings(RunSet& set, const FiguresOfRuns& figures);

}  // namespace gpubench::sets
