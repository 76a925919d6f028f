// What ends a command when the tool that runs it was killed.
#pragma once

#include <sys/types.h>

namespace gpubench::workload {

// A small process that waits for this one to end. If that happens before the guard is destroyed, it kills the group and,
// of an engine, all children of the group's first process.
// Processes that have left the group are not found. Where it cannot be started there is none.
class GroupGuard {
 public:
  explicit GroupGuard(pid_t group, bool is_engine = false);
  ~GroupGuard();
  GroupGuard(const GroupGuard&) = delete;
  GroupGuard& operator=(const GroupGuard&) = delete;

 private:
  pid_t guard_ = -1;
  int line_ = -1;  // closed without a word: we are dead
};

}  // namespace gpubench::workload
