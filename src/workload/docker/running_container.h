// A container that somebody else has started.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "workload/docker/engine/location.h"
#include "workload/running.h"

namespace gpubench::workload {

base::Result<Running> find_running_container(const EngineLocation& location, const std::string& container);

// Of one that has ended; empty if the engine has removed it already, or does not answer within 2 s.
std::optional<int> exit_code_of(const EngineLocation& location, const std::string& container);

// From the answer to GET /containers/ID/json. `host_root` is "/" except in tests: where the driver says which GPU has which
// device node.
base::Result<Running> parse_running_container(std::string_view body, const std::string& container,
                                              const std::string& host_root = "/");

}  // namespace gpubench::workload
