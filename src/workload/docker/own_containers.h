// The containers of this tool that an engine has.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "workload/docker/container_workload.h"
#include "workload/docker/engine_client.h"

namespace gpubench::workload {

base::Result<std::vector<OwnContainer>> fetch_own_containers(EngineClient& engine);
// From the engine's answer to GET /containers/json.
base::Result<std::vector<OwnContainer>> parse_own_containers(std::string_view body);

}  // namespace gpubench::workload
