// All finished runs of a results folder. An index beside them keeps what was read, so that the next reading takes a look at
// each file's size and time only. It is never trusted over the runs: what is missing, changed or damaged is read again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "compare/side.h"
#include "history/index_entry.h"

namespace gpubench::history {

struct Index {
  std::vector<IndexEntry> entries;  // by folder
  std::size_t read = 0;             // how many were not in the file
  std::vector<std::string> notes;   // runs that could not be read
};

// An error: the folder cannot be listed. A folder that cannot be written to has no index and is read all the same.
base::Result<Index> read_index(const std::filesystem::path& results_dir, Part part);

struct Runs {
  std::vector<compare::SideRun> runs;  // by start; each knows its sitting, set and whether it counts
  std::size_t read = 0;                // how many were not in the index
  std::vector<std::string> notes;      // runs that could not be read
};

// What comparisons and series need of them.
base::Result<Runs> read_runs(const std::filesystem::path& results_dir);

inline constexpr const char* kIndexFile = ".gpubench-index";

}  // namespace gpubench::history
