#include "workload/docker/container_state.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "workload/docker/engine/client.h"
#include "workload/docker/engine/json.h"
#include "workload/docker/engine/time.h"

namespace gpubench::workload {
namespace {

using nlohmann::json;

// The engine's clock readings and ours are taken by different programs: allow for the reading itself.
constexpr auto kSlack = std::chrono::milliseconds(1);

bool flag(const json& object, const char* key) {
  const json& value = member(object, key);
  return value.is_boolean() && value.get<bool>();
}

std::optional<base::SteadyTime> between(std::optional<base::WallTime> time, const base::ClockAnchor& anchor,
                                        base::SteadyTime first, base::SteadyTime last) {
  if (!time) return std::nullopt;
  const base::SteadyTime steady = anchor.to_steady(*time);
  if (steady < first - kSlack || steady > last + kSlack) return std::nullopt;
  return std::clamp(steady, first, last);
}

}  // namespace

base::Result<ContainerState> parse_container_state(std::string_view body) {
  const json container = base::parse_json(body);
  const json& state = member(container, "State");
  if (!state.is_object()) return base::failure("the engine's description of the container is not valid");
  ContainerState result;
  result.status = text(state, "Status");
  result.running = flag(state, "Running");
  result.out_of_memory = flag(state, "OOMKilled");
  result.error = engine_words(text(state, "Error"));
  result.started = parse_engine_time(text(state, "StartedAt"));
  result.finished = parse_engine_time(text(state, "FinishedAt"));
  result.has_terminal = flag(member(container, "Config"), "Tty");
  const json& code = member(state, "ExitCode");
  const bool has_ended =
      !result.running && (result.status == "exited" || result.status == "dead" || result.status == "stopped");
  if (has_ended && code.is_number_integer()) {
    const auto value = code.get<std::int64_t>();
    if (value >= 0 && value <= 255) result.exit_code = static_cast<int>(value);
  }
  return result;
}

base::Window real_window(const ContainerState& state, const RunBrackets& brackets) {
  const base::SteadyTime start =
      between(state.started, brackets.at_start, brackets.before_start, brackets.after_start).value_or(brackets.after_start);
  base::SteadyTime end =
      between(state.finished, brackets.at_end, brackets.before_start, brackets.end_seen).value_or(brackets.end_seen);
  // The engine notes the start only after the process runs: one that lives less than that "ends" first.
  if (end <= start) end = std::max(brackets.end_seen, start + base::Duration(1));
  return {start, end};
}

}  // namespace gpubench::workload
