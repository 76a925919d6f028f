// What this process and machine are, as the system tells.
#pragma once

#include <cstdint>
#include <string>

#include "base/quantity.h"

namespace gpubench::platform {

struct ResourceUse {
  double cpu_seconds = 0;     // user + system, all threads, without children
  base::Bytes peak_resident;  // VmHWM
};
ResourceUse own_resource_use();

std::string host_name();

// Names this process so that a later one can tell whether it still runs: machine, boot, process namespace, number, start.
std::string own_identity();
enum class Presence : std::uint8_t {
  running,
  gone,
  elsewhere,  // on another machine or in another container: cannot be told
};
Presence presence_of(const std::string& identity);

}  // namespace gpubench::platform
