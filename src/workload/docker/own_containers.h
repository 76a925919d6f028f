// The containers of this tool that an engine has.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/clock.h"
#include "workload/docker/engine/client.h"
#include "workload/docker/engine/location.h"
#include "workload/own_container.h"

namespace gpubench::workload {

base::Result<std::vector<OwnContainer>> fetch_own_containers(EngineClient& engine);
// From the engine's answer to GET /containers/json.
base::Result<std::vector<OwnContainer>> parse_own_containers(std::string_view body);

base::Result<std::vector<OwnContainer>> list_own_containers(const EngineLocation& engine);
base::Result<void> remove_own_container(const EngineLocation& engine, const OwnContainer& container,
                                        const platform::Clock& clock);

}  // namespace gpubench::workload
