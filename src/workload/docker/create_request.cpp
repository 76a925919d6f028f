#include "workload/docker/create_request.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "base/json.h"

namespace gpubench::workload {
namespace {

using nlohmann::json;

// /dev/shm for data loaders. The predecessor gave 1024 GiB, that is no limit: a runaway could take all memory of the
// machine. Half of the memory is the kernel's own default for a tmpfs; it is only a limit, nothing is taken until used.
std::uint64_t shared_memory_bytes(std::uint64_t memory_bytes) {
  constexpr std::uint64_t unknown_machine = std::uint64_t{8} << 30;
  return memory_bytes == 0 ? unknown_machine : memory_bytes / 2;
}

json device_requests(const GpuAccess& gpus) {
  if (gpus.way == GpuAccess::Way::cdi) return json::array({{{"Driver", "cdi"}, {"DeviceIDs", gpus.device_ids}}});
  return json::array({{{"Driver", "nvidia"}, {"DeviceIDs", gpus.device_ids}, {"Capabilities", {{"gpu"}}}}});
}

void add_gpus(json& host, const GpuAccess& gpus) {
  if (gpus.way == GpuAccess::Way::runtime || gpus.way == GpuAccess::Way::cdi) host["DeviceRequests"] = device_requests(gpus);
  if (gpus.way != GpuAccess::Way::devices) return;
  for (const std::string& node : gpus.device_nodes) {
    host["Devices"].push_back({{"PathOnHost", node}, {"PathInContainer", node}, {"CgroupPermissions", "rw"}});
  }
  for (const ReadOnlyMount& mount : gpus.mounts) host["Binds"].push_back(mount.source + ":" + mount.target + ":ro");
}

void add_settings(json& host, const ContainerSettings& settings) {
  for (const DataMount& mount : settings.mounts) {
    host["Mounts"].push_back({{"Type", mount.is_volume ? "volume" : "bind"},
                              {"Source", mount.source},
                              {"Target", mount.target},
                              {"ReadOnly", true}});
  }
  for (const Ulimit& limit : settings.ulimits)
    host["Ulimits"].push_back({{"Name", limit.name}, {"Soft", limit.soft}, {"Hard", limit.hard}});
  if (settings.memory_bytes) {
    host["Memory"] = *settings.memory_bytes;
    host["MemorySwap"] = *settings.memory_bytes;  // no swapping in a benchmark
  }
  if (settings.nano_cpus) host["NanoCpus"] = *settings.nano_cpus;
  if (!settings.network.empty()) host["NetworkMode"] = settings.network;
}

json host_config(const CreateInput& input) {
  json host = {{"AutoRemove", false},  // else the exit code is gone before it can be read
               {"Privileged", false},
               {"SecurityOpt", {"no-new-privileges"}},
               {"ShmSize", input.options.settings.shm_bytes.value_or(shared_memory_bytes(input.memory_bytes))}};
  if (input.choices.with_init) host["Init"] = true;
  if (input.choices.without_network) host["NetworkMode"] = "none";
  if (input.choices.with_local_log) {
    // 1 GiB of log at most; it is read again only after the connection to the engine was lost.
    host["LogConfig"] = {{"Type", "local"}, {"Config", {{"max-size", "256m"}, {"max-file", "4"}}}};
  }
  host["Binds"] = input.options.binds;
  for (const std::string& mount : input.options.tmpfs) {
    const std::size_t colon = std::min(mount.find(':'), mount.size());
    host["Tmpfs"][mount.substr(0, colon)] = mount.substr(std::min(colon + 1, mount.size()));
  }
  add_gpus(host, input.gpus);
  add_settings(host, input.options.settings);
  return host;
}

bool mentions(std::string_view words, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return words.find(part) != std::string_view::npos; });
}

}  // namespace

bool give_way(CreateChoices& choices, std::string_view words) {
  if (choices.with_init && mentions(words, {"docker-init", "catatonit", "init binary", "container-init"})) {
    choices.with_init = false;
  } else if (choices.with_local_log && mentions(words, {"log driver", "log-driver", "logging driver", "logger"})) {
    choices.with_local_log = false;
  } else if (!choices.without_network && mentions(words, {"network bridge not found", "network default not found"})) {
    choices.without_network = true;
  } else {
    return false;
  }
  return true;
}

std::string create_request_json(const CreateInput& input) {
  const ContainerOptions& options = input.options;
  std::vector<std::string> env = input.image_env;
  env.insert(env.end(), options.env.begin(), options.env.end());
  json body = {{"Image", input.image},
               {"Labels", {{kRunLabel, options.run_id}, {kOwnerLabel, options.owner}}},
               {"Tty", false},
               {"AttachStdin", false},
               {"OpenStdin", false},
               {"Env", environment_with_driver(env, input.gpus)},
               {"Healthcheck", {{"Test", {"NONE"}}}},  // no periodic checks beside the measurement
               {"HostConfig", host_config(input)}};
  if (!options.settings.user.empty()) body["User"] = options.settings.user;
  if (!options.settings.workdir.empty()) body["WorkingDir"] = options.settings.workdir;
  if (!options.command.empty()) body["Cmd"] = options.command;
  if (options.entrypoint) body["Entrypoint"] = json::array({*options.entrypoint});
  // Replaces invalid UTF-8, which a command line may contain: an exception here would be our bug, not the user's.
  return base::json_text(body);
}

std::string container_name(const std::string& run_id) {
  if (run_id.empty()) return {};
  std::string name = "iris-gpubench-" + run_id;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_' && c != '.'; },
      '-');
  return name;
}

}  // namespace gpubench::workload
