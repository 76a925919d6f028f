// A benchmark in a container, run through the Docker Engine API (Docker, or Podman's compatible service).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "platform/clock.h"
#include "workload/container_settings.h"
#include "workload/docker/engine_location.h"
#include "workload/workload.h"

namespace gpubench::workload {

// One GPU that the container shall have.
struct GpuRequest {
  int index = 0;
  std::string uuid;             // "GPU-..." or "MIG-..."; may be empty, then the index is used
  std::string pci_bus_id = {};  // "00000000:1B:00.0"; may be empty
};

// What to run and how. Everything but `image` may be left out.
struct ContainerOptions {
  std::string image;          // name[:tag], repository@digest, or an image id of 12 hex digits or more
  std::string docker_host;    // value of DOCKER_HOST; empty: unix:///var/run/docker.sock
  TlsFiles tls;               // for tcp://; empty: plain
  std::string config_folder;  // Docker's, with the logins of registries; empty: none
  std::string run_id;         // names and labels the container, so that it can be found again
  std::string owner;          // identity of this process; then containers left by dead ones are looked for, too
  std::vector<GpuRequest> gpus;
  std::vector<std::string> command;  // empty: the image decides
  std::optional<std::string> entrypoint;
  std::vector<std::string> env;    // "K=V"
  std::vector<std::string> binds;  // "src:dst[:ro]"
  std::vector<std::string> tmpfs;  // "/path[:options]"
  ContainerSettings settings;
  base::Duration stop_grace = std::chrono::seconds(10);     // from SIGTERM to SIGKILL
  base::Duration reconnect_for = std::chrono::seconds(60);  // how long a vanished engine is looked for
  std::string host_root = "/";                              // where the host's devices and driver files are looked for
  std::function<void(const std::string&)> tell;             // progress of long preparation, a line each
  int interrupt_fd = -1;                                    // readable: preparation that takes long is given up
};

// `clock` and `log` must outlive the workload.
std::unique_ptr<Workload> make_container_workload(ContainerOptions options, const platform::Clock& clock, LogSink& log);

// A container of this tool that is still there.
struct OwnContainer {
  std::string id;
  std::string name;
  std::string image;
  std::string status;  // the engine's words: "Up 3 hours"
  std::string owner;   // identity of the process that made it; may be empty
};
base::Result<std::vector<OwnContainer>> list_own_containers(const EngineLocation& engine);
base::Result<void> remove_own_container(const EngineLocation& engine, const OwnContainer& container,
                                        const platform::Clock& clock);

// The images that can be run, sorted by name; those with "base" in their name (to build others on) are left out.
base::Result<std::vector<std::string>> list_container_images(const EngineLocation& engine);

}  // namespace gpubench::workload
