// The container of one run in the engine: made, started, signalled, asked about, removed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "platform/clock.h"
#include "workload/docker/container_state.h"
#include "workload/docker/create_request.h"
#include "workload/docker/engine/client.h"
#include "workload/docker/gpu_delivery.h"

namespace gpubench::workload {

// Knows the engine's calls and their answers, and nothing of the order of a run.
class Container {
 public:
  // One to be made, or that which has this id.
  Container(EngineClient& engine, const platform::Clock& clock, std::string id = {})
      : engine_(engine), clock_(clock), id_(std::move(id)) {}

  // Makes it. Choices that the engine refuses and that are not needed are removed from `input.choices`, which is returned.
  base::Result<void> create(CreateInput& input, const std::string& name);
  // Starts it; the error is the engine's own words.
  base::Result<void> start();
  enum class Signalled : std::uint8_t { sent, not_running, engine_lost };
  Signalled signal(const char* name);
  // Empty: the container is gone.
  base::Result<std::optional<ContainerState>> inspect(base::Duration timeout);
  // What the engine made of the request for GPUs.
  base::Result<GivenGpus> given_gpus();
  // Kills and removes it with its anonymous volumes. Nothing to do is success.
  base::Result<void> remove();
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  base::Result<platform::HttpResponse> ask_to_remove(const std::string& which);
  bool wait_until_removed(const std::string& which, base::Duration patience);
  EngineClient& engine_;
  const platform::Clock& clock_;
  std::string id_;
  std::string name_;  // set while a container of that name may exist
};

}  // namespace gpubench::workload
