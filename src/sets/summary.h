// A set for people: its runs, and what they come to.
#pragma once

#include <string>

#include "sets/roles.h"
#include "sets/run_set.h"

namespace gpubench::sets {

// The runs as a table, then the mean of each variant with its scatter, the runs that do not count with their reasons, and
// the findings.
std::string summary_text(const RunSet& set, const FiguresOfRuns& figures);

// The same of one variant in a few words, for the progress: "so far 21,105.2 J"; empty: no run counts yet.
std::string so_far_text(const RunSet& set, const FiguresOfRuns& figures, const std::string& variant);

}  // namespace gpubench::sets
