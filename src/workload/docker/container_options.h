// What to run in a container, and how.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "workload/container_settings.h"
#include "workload/docker/engine/location.h"
#include "workload/gpu_request.h"
#include "workload/marks.h"

namespace gpubench::workload {

// Everything but `image` may be left out.
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
  MarksAccess marks;
  base::Duration stop_grace = std::chrono::seconds(10);     // from SIGTERM to SIGKILL
  base::Duration reconnect_for = std::chrono::seconds(60);  // how long a vanished engine is looked for
  std::string host_root = "/";                              // where the host's devices and driver files are looked for
  std::function<void(const std::string&)> tell;             // news of what takes long before the start, a line each
  int interrupt_fd = -1;                                    // readable: what takes long before the start is given up
};

}  // namespace gpubench::workload
