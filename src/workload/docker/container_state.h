// What the engine knows of a container.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace gpubench::workload {

struct ContainerState {
  std::string status;  // "created", "running", "exited", "dead" ...
  bool running = false;
  std::optional<int> exit_code;  // only once it has ended
  bool out_of_memory = false;
  std::string error;  // engine's own words, or ""
  std::optional<base::WallTime> started;
  std::optional<base::WallTime> finished;
  bool has_terminal = false;  // then its output is not in frames
};

// From the answer to GET /containers/ID/json.
base::Result<ContainerState> parse_container_state(std::string_view body);

// Our own times around the workload, and both clocks near its start and near its end.
struct RunBrackets {
  base::SteadyTime before_start;
  base::SteadyTime after_start;
  base::SteadyTime end_seen;
  base::ClockAnchor at_start;
  base::ClockAnchor at_end;
};

// The engine's times where they lie between ours (same host, sane clock), else ours. Never empty, never backwards.
base::Window real_window(const ContainerState& state, const RunBrackets& brackets);

}  // namespace gpubench::workload
