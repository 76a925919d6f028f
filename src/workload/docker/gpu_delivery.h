// Whether a container really has the GPUs that it should have.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "workload/docker/gpu_access.h"

namespace gpubench::workload {

// What the engine made of the request, from its description of the container.
struct GivenGpus {
  std::vector<std::string> requested_ids;  // of all device requests that it kept
  bool requests_all = false;               // a request without ids, for a number of GPUs
  std::vector<std::string> device_nodes;   // on the host
  int process_id = 0;                      // of the container's first process, on the engine's host; 0: not running
};
base::Result<GivenGpus> parse_given_gpus(std::string_view inspect_json);

// The NVIDIA device nodes that the running process sees ("nvidia0" ...), by way of /proc; empty optional: cannot be looked
// at.
std::optional<std::vector<std::string>> visible_gpu_nodes(const std::string& host_root, int process_id);

// Why the container lacks a GPU that it should have; empty: no sign of that.
std::string missing_gpus(const GpuAccess& asked, const GivenGpus& given,
                         const std::optional<std::vector<std::string>>& visible, const std::string& engine);

}  // namespace gpubench::workload
