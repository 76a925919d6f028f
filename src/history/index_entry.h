// What the index keeps of a run.
#pragma once

#include <cstdint>
#include <string>

#include "compare/run_values.h"
#include "runs/run_list.h"

namespace gpubench::history {

struct FileState {
  std::int64_t size = 0;
  std::int64_t changed_ns = 0;
  friend bool operator==(const FileState&, const FileState&) = default;
};

// Which of the two is wanted: reading both of many runs takes twice as long.
enum class Part : std::uint8_t { values, listed };

struct IndexEntry {
  std::string folder;
  FileState state;  // of metrics.json when it was read
  compare::RunValues values;
  runs::ListedRun listed;
  std::string line = {};  // of the index, with both
};

}  // namespace gpubench::history
