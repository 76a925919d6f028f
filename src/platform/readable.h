// Whether a descriptor has something to read.
#pragma once

#include <poll.h>

#include <chrono>

#include "base/time.h"

namespace gpubench::platform {

// Without waiting. False also for -1.
inline bool is_readable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return fd >= 0 && ::poll(&entry, 1, 0) > 0;
}

// Waits for that up to `patience`.
inline bool becomes_readable(int fd, base::Duration patience) {
  pollfd entry{fd, POLLIN, 0};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
  return ::poll(&entry, 1, static_cast<int>(milliseconds)) > 0;
}

}  // namespace gpubench::platform
