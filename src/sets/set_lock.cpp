#include "sets/set_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include "platform/files.h"

namespace gpubench::sets {

SetLock::SetLock(const std::filesystem::path& folder)
    : folder_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), ours_(platform::lock_for_use(folder_)) {}

SetLock::~SetLock() {
  if (folder_ >= 0) close(folder_);
}

bool in_use(const std::filesystem::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool locked = platform::is_locked_elsewhere(descriptor);
  if (descriptor >= 0) close(descriptor);
  return locked;
}

}  // namespace gpubench::sets
