// A benchmark in a container, run through the Docker Engine API (Docker, or Podman's compatible service).
#pragma once

#include <memory>

#include "platform/clock.h"
#include "workload/docker/container_options.h"
#include "workload/workload.h"

namespace gpubench::workload {

// `clock` and `log` must outlive the workload.
std::unique_ptr<Workload> make_container_workload(ContainerOptions options, const platform::Clock& clock, LogSink& log);

}  // namespace gpubench::workload
