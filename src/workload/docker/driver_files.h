// Where the NVIDIA driver's device nodes and user-space files are on this host.
#pragma once

#include <string>
#include <vector>

#include "workload/docker/gpu_access.h"

namespace gpubench::workload {

struct DriverFiles {
  std::vector<ReadOnlyMount> mounts;  // empty: no libcuda.so.1 was found
  std::string library_path;           // directory in the container
  std::string program_path;           // directory in the container; empty: nvidia-smi was not found
};

// "/dev/nvidiactl", "/dev/nvidia0" ...; empty unless there is a GPU and the control node.
std::vector<std::string> find_device_nodes(const std::string& host_root);
DriverFiles find_driver_files(const std::string& host_root);

}  // namespace gpubench::workload
