// A GPU that a benchmark is to have.
#pragma once

#include <string>

namespace gpubench::workload {

struct GpuRequest {
  int index = 0;
  std::string uuid;             // "GPU-..." or "MIG-..."; may be empty, then the index is used
  std::string pci_bus_id = {};  // "00000000:1B:00.0"; may be empty
};

}  // namespace gpubench::workload
