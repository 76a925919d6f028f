// Where the NVIDIA driver's device nodes and user-space files are on this host.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workload/gpu_request.h"

namespace gpubench::workload {

struct ReadOnlyMount {
  std::string source;    // on the host
  std::string target;    // in the container
  std::string found_in;  // the host directory in which the name was found (the source is behind its links)
  friend bool operator==(const ReadOnlyMount&, const ReadOnlyMount&) = default;
};

struct DriverFiles {
  std::vector<ReadOnlyMount> mounts;  // empty: no libcuda.so.1 was found
  std::string library_path;           // directory in the container
  std::string program_path;           // directory in the container; empty: nvidia-smi was not found
};

// Whether this is the node of one GPU: "/dev/nvidia0", "nvidia12".
bool is_gpu_node(std::string_view path);
// The nodes of GPUs in /dev, in no order.
std::vector<std::string> find_gpu_nodes(const std::string& host_root);
// Where the GPU of this node is on the bus: "0000:1b:00.0". Empty: the driver does not say.
std::optional<std::string> bus_address_of(const std::string& host_root, std::string_view node);

// "/dev/nvidia0" ..., "/dev/nvidiactl" ... for these GPUs; empty unless there is a GPU and the control node. The nodes of
// all GPUs if the driver does not say which node is whose.
std::vector<std::string> find_device_nodes(const std::string& host_root, const std::vector<GpuRequest>& wanted = {});
DriverFiles find_driver_files(const std::string& host_root);

}  // namespace gpubench::workload
