// Whether a descriptor has something to read.
#pragma once

#include <poll.h>

namespace gpubench::platform {

// Without waiting. False also for -1.
inline bool is_readable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return fd >= 0 && ::poll(&entry, 1, 0) > 0;
}

}  // namespace gpubench::platform
