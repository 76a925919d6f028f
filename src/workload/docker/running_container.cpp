#include "workload/docker/running_container.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "base/try.h"
#include "platform/clock.h"
#include "workload/docker/engine/json.h"
#include "workload/docker/gpu_delivery.h"

namespace gpubench::workload {
namespace {

using nlohmann::json;

constexpr auto kExitCodeWithin = std::chrono::seconds(2);

std::string command_of(const json& container) {
  std::vector<std::string> words{text(container, "Path")};
  for (const json& word : member(container, "Args"))
    if (word.is_string()) words.push_back(word.get<std::string>());
  return base::joined(words);
}

std::vector<std::string> environment_of(const json& container) {
  std::vector<std::string> variables;
  for (const json& variable : member(member(container, "Config"), "Env"))
    if (variable.is_string()) variables.push_back(variable.get<std::string>());
  return variables;
}

// "device=0,1", as docker run --gpus has it, of names with or without that of CDI in front.
std::string as_option(const std::vector<std::string>& requested) {
  std::string devices;
  for (std::string_view name : requested) {
    if (name.starts_with(kCdiPrefix)) name.remove_prefix(kCdiPrefix.size());
    if (name == "all") return "all";
    base::add_item(devices, std::string(name), ",");
  }
  return "device=" + devices;
}

// Those that it was given by name, else those that its process sees: by a number of GPUs, by CDI with Podman.
std::vector<std::string> nodes_of(const GivenGpus& given, const std::string& host_root) {
  std::vector<std::string> nodes;
  for (const std::string& node : given.device_nodes)
    if (is_gpu_node(node)) nodes.push_back(node);
  if (!nodes.empty()) return nodes;
  for (const std::string& name : visible_gpu_nodes(host_root, given.process_id).value_or(std::vector<std::string>()))
    if (is_gpu_node(name)) nodes.push_back("/dev/" + name);
  return nodes;
}

void find_gpus(Running& running, const GivenGpus& given, const std::string& host_root) {
  if (!given.requested_ids.empty()) {
    running.gpus = as_option(given.requested_ids);
    return;
  }
  const std::vector<std::string> nodes = nodes_of(given, host_root);
  if (nodes.size() == find_gpu_nodes(host_root).size()) return;  // all
  for (const std::string& node : nodes) {
    const auto address = bus_address_of(host_root, node);
    if (!address) running.gpus_unclear = "the container has " + node + ", and the driver does not say which GPU that is";
    if (address) running.gpu_addresses.push_back(*address);
  }
  if (!running.gpus_unclear.empty()) running.gpu_addresses.clear();
}

}  // namespace

base::Result<Running> parse_running_container(std::string_view body, const std::string& container,
                                              const std::string& host_root) {
  const json document = base::parse_json(body);
  const json& state = member(document, "State");
  const json& process = member(state, "Pid");
  if (!state.is_object()) return base::failure("the engine's description of the container is not valid");
  if (!process.is_number_integer() || process.get<std::int64_t>() <= 0)
    return base::failure("the container " + container + " does not run (it is " + engine_words(text(state, "Status")) + ")");
  Running running;
  running.container = container;
  running.process_id = process.get<int>();
  running.name = engine_words(text(member(document, "Config"), "Image"));
  running.image_id = text(document, "Image");
  running.environment = environment_of(document);
  if (const auto given = parse_given_gpus(body)) find_gpus(running, *given, host_root);
  running.command_line = engine_words(command_of(document));
  return running;
}

base::Result<Running> find_running_container(const EngineLocation& location, const std::string& container) {
  EngineClient engine;
  GPUBENCH_TRY(engine.connect(location.host, location.tls));
  if (engine.address().is_remote())
    return base::failure("the container engine is on another machine, so its containers use other GPUs than these",
                         "start iris-gpubench there");
  const auto answer = engine.get("/containers/" + url_encoded(container) + "/json");
  if (!answer) return base::failure(answer.error().with_context("could not ask for the container"));
  if (answer->status == 404) return base::failure("there is no container " + container, "docker ps lists those that run");
  if (answer->status != 200) return base::failure("the engine did not describe the container: " + engine_words(*answer));
  auto running = parse_running_container(answer->body, container);
  if (running) running->engine = engine.engine().text;
  return running;
}

// One that cannot be watched now is asked for at its end.
RunningExit::RunningExit(const EngineLocation& location, const std::string& container) : path_(url_encoded(container)) {
  if (engine_.connect(location.host, location.tls)) static_cast<void>(watch_.open(path_, ExitWatch::Which::any));
}

std::optional<int> RunningExit::code() {
  const platform::SystemClock clock;
  const base::SteadyTime deadline = clock.now() + kExitCodeWithin;
  for (base::SteadyTime now = clock.now(); !watch_.ended() && now < deadline; now = clock.now())
    engine_.streams().pump(deadline - now, -1);
  if (const auto code = watch_.exit_code()) return code;
  const auto answer = engine_.call("POST", "/containers/" + path_ + "/wait", "", kExitCodeWithin);
  return answer && answer->status == 200 ? parse_wait_answer(answer->body) : std::nullopt;
}

}  // namespace gpubench::workload
