// That only one process makes runs of a set.
#pragma once

#include <filesystem>

namespace gpubench::sets {

class SetLock {
 public:
  explicit SetLock(const std::filesystem::path& folder);
  ~SetLock();
  SetLock(const SetLock&) = delete;
  SetLock& operator=(const SetLock&) = delete;

  // False: another process has it.
  [[nodiscard]] bool is_ours() const { return ours_; }

 private:
  int folder_;
  bool ours_;
};

// A process makes runs of it now.
bool in_use(const std::filesystem::path& folder);

}  // namespace gpubench::sets
