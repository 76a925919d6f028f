// What the index keeps of a run.
#pragma once

#include <cstdint>
#include <string>

#include "compare/run_values.h"

namespace gpubench::history {

struct FileState {
  std::int64_t size = 0;
  std::int64_t changed_ns = 0;
  friend bool operator==(const FileState&, const FileState&) = default;
};

struct IndexEntry {
  std::string folder;
  FileState state;  // of metrics.json when it was read
  compare::RunValues values;
};

}  // namespace gpubench::history
