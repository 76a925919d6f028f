// A container that somebody else has started.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "workload/docker/container_streams.h"
#include "workload/docker/engine/client.h"
#include "workload/docker/engine/location.h"
#include "workload/running.h"

namespace gpubench::workload {

base::Result<Running> find_running_container(const EngineLocation& location, const std::string& container);

// The exit code of one that still runs. It is asked for from the beginning: an engine removes one of "run --rm" at its end.
class RunningExit {
 public:
  RunningExit(const EngineLocation& location, const std::string& container);
  // Once it has ended; empty if the engine does not say it within 2 s.
  std::optional<int> code();

 private:
  EngineClient engine_;
  std::string path_;
  ExitWatch watch_{engine_};
};

// From the answer to GET /containers/ID/json. `host_root` is "/" except in tests: where the driver says which GPU has which
// device node.
base::Result<Running> parse_running_container(std::string_view body, const std::string& container,
                                              const std::string& host_root = "/");

}  // namespace gpubench::workload
