// A container of this tool that an engine still has.
#pragma once

#include <string>

namespace gpubench::workload {

struct OwnContainer {
  std::string id;
  std::string name;
  std::string image;
  std::string status;  // the engine's words: "Up 3 hours"
  std::string owner;   // identity of the process that made it; may be empty
  // The owner may be on another machine: the engine is, or the container has not ended. One that runs was not started before
  // this machine was: an owner from another start is then another machine's (or kernel's) that shares the engine.
  bool may_be_elsewhere = true;
};

}  // namespace gpubench::workload
