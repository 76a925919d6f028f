// A container of this tool that an engine still has.
#pragma once

#include <string>

namespace gpubench::workload {

struct OwnContainer {
  std::string id;
  std::string name;
  std::string image;
  std::string status;      // the engine's words: "Up 3 hours"
  std::string owner;       // identity of the process that made it; may be empty
  bool is_remote = false;  // the engine may be another machine's
};

}  // namespace gpubench::workload
