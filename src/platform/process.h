// What this process and machine are, as the system tells.
#pragma once

#include <string>

#include "base/quantity.h"

namespace gpubench::platform {

struct ResourceUse {
  double cpu_seconds = 0;     // user + system, all threads, without children
  base::Bytes peak_resident;  // VmHWM
};
ResourceUse own_resource_use();

std::string host_name();

}  // namespace gpubench::platform
