// The body of POST /containers/create.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "workload/docker/container_options.h"
#include "workload/docker/gpu_access.h"

namespace gpubench::workload {

// What an engine may not support; tried first, left out if it refuses.
struct CreateChoices {
  bool with_init = true;         // a small PID 1 that passes on signals and reaps; needs docker-init on the host
  bool with_local_log = true;    // log driver "local"
  bool without_network = false;  // when the engine has no default network
};

// Leaves out what `words`, the engine's refusal, speaks of. False: nothing (more) to leave out.
bool give_way(CreateChoices& choices, std::string_view words);

struct CreateInput {
  const ContainerOptions& options;
  std::string image;  // reference that the engine knows
  std::vector<std::string> image_env;
  const GpuAccess& gpus;
  std::uint64_t memory_bytes = 0;  // of the host; 0: unknown
  CreateChoices choices;
};
std::string create_request_json(const CreateInput& input);

// The container's name: found again even if the answer to its creation was lost. Empty without a run id.
std::string container_name(const std::string& run_id);

// Another: the identity of the process that made it.
inline constexpr const char* kOwnerLabel = "iris-gpubench.owner";

// A label that every container of this tool carries; its value is the run id.
inline constexpr const char* kRunLabel = "iris-gpubench.run";

}  // namespace gpubench::workload
