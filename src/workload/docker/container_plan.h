// What a container is made from: its image, its way to the GPUs, and what this engine can do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/clock.h"
#include "workload/docker/container.h"
#include "workload/docker/container_options.h"
#include "workload/docker/create_request.h"
#include "workload/docker/engine/client.h"
#include "workload/docker/gpu_access.h"
#include "workload/docker/images.h"
#include "workload/workload.h"

namespace gpubench::workload {

class ContainerPlan {
 public:
  // Asks the engine, and pulls the image where that is wanted. What it refers to must outlive it.
  static base::Result<ContainerPlan> make(const ContainerOptions& options, EngineClient& engine,
                                          const platform::Clock& clock);

  // Makes the container. What the engine refuses and can be done without is left out from then on.
  base::Result<void> create(Container& container);
  // Leaves out what `refusal`, the engine's words at the start, speaks of. False: nothing (more) to leave out.
  bool give_way(std::string_view refusal) { return workload::give_way(choices_, refusal); }
  [[nodiscard]] bool is_without_network() const { return choices_.without_network; }
  [[nodiscard]] const GpuAccess& gpus() const { return gpus_; }
  [[nodiscard]] WorkloadDescription description() const;
  // "K=V" of the image.
  [[nodiscard]] base::Result<std::vector<std::string>> image_environment() const;

 private:
  ContainerPlan(const ContainerOptions& options, EngineClient& engine) : options_(options), engine_(engine) {}
  base::Result<Image> find_or_pull_image(const platform::Clock& clock);
  [[nodiscard]] base::Result<void> check_volumes() const;
  base::Result<void> choose_gpus();

  const ContainerOptions& options_;
  EngineClient& engine_;
  Image image_;
  std::vector<std::string> image_env_;
  GpuAccess gpus_;
  std::uint64_t memory_bytes_ = 0;
  CreateChoices choices_;
};

}  // namespace gpubench::workload
