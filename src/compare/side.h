// One side of a comparison: runs that are read as one, however they were named.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/run_values.h"

namespace gpubench::compare {

struct SideRun {
  RunValues values;
  std::string sitting;                // one invocation of the tool; runs of one are like one another
  std::string set;                    // empty: a run by itself
  std::string variant;                // of the set
  std::size_t block = 0;              // of the set: runs of one block are a pair; 0: none
  bool warmup = false;                // measured, not counted
  bool until = false;                 // its set was to stop by what its runs came to (--until)
  std::vector<std::string> excluded;  // why it does not count

  [[nodiscard]] bool counts() const { return !warmup && excluded.empty(); }
};

struct Side {
  std::string name;  // as it was given
  std::vector<SideRun> runs;
  std::vector<std::string> notes;        // what is to be said of it: runs that could not be read
  std::vector<std::string> unread = {};  // those of the notes that say so of a run that would count
};

// Adds the causes of each run's findings. Runs that were slowed down by heat do not count, unless all were.
void exclude_by_cause(Side& side);

}  // namespace gpubench::compare
