#include "sets/set_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace gpubench::sets {

// A file system without locks does not keep anybody from a set.
SetLock::SetLock(const std::filesystem::path& folder)
    : folder_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      ours_(folder_ < 0 || flock(folder_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) {}

SetLock::~SetLock() {
  if (folder_ >= 0) close(folder_);
}

bool in_use(const std::filesystem::path& folder) {
  return !SetLock(folder).is_ours();
}

}  // namespace gpubench::sets
