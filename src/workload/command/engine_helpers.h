// What a container engine has started in process groups of its own: drivers of file systems, which go on if it is killed.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace gpubench::workload {

// "/proc/PID/task/TID/children" of all threads.
std::vector<pid_t> children_of(pid_t process);

class EngineHelpers {
 public:
  // Remembers the children of this engine that are outside its group.
  void look(pid_t engine);
  // Ends those that still run.
  void kill() const;

 private:
  struct Helper {
    pid_t id;
    std::string identity;  // tells it from a later process of the same number
  };
  std::vector<Helper> known_;
};

}  // namespace gpubench::workload
