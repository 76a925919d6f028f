#include "workload/docker/gpu_delivery.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/json.h"
#include "workload/docker/engine/json.h"

namespace gpubench::workload {
namespace {

using nlohmann::json;

bool lists(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

base::Result<GivenGpus> parse_given_gpus(std::string_view inspect_json) {
  const json container = base::parse_json(inspect_json);
  const json& host = member(container, "HostConfig");
  if (!host.is_object()) return base::failure("the engine's description of the container is not valid");
  GivenGpus given;
  const json& requests = member(host, "DeviceRequests");
  if (requests.is_array()) {
    for (const json& request : requests) {
      const json& ids = member(request, "DeviceIDs");
      if (!ids.is_array() || ids.empty()) given.requests_all = true;
      if (!ids.is_array()) continue;
      for (const json& id : ids)
        if (id.is_string()) given.requested_ids.push_back(id);
    }
  }
  const json& devices = member(host, "Devices");
  if (devices.is_array()) {
    for (const json& device : devices) {
      const json& path = member(device, "PathOnHost");
      if (path.is_string()) given.device_nodes.push_back(path);
    }
  }
  const json& process = member(member(container, "State"), "Pid");
  if (process.is_number_integer()) given.process_id = process.get<int>();
  return given;
}

std::optional<std::vector<std::string>> visible_gpu_nodes(const std::string& host_root, int process_id) {
  if (process_id <= 0) return std::nullopt;
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(host_root) / "proc" / std::to_string(process_id) / "root/dev";
  std::error_code error;
  std::vector<std::string> nodes;
  bool any = false;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    any = true;
    const std::string name = entry->path().filename().string();
    if (is_gpu_node(name) || name == "dxg") nodes.push_back(name);  // dxg: WSL
  }
  if (error || !any) return std::nullopt;  // another machine, not allowed, or it has ended
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

std::string missing_gpus(const GpuAccess& asked, const GivenGpus& given,
                         const std::optional<std::vector<std::string>>& visible, const std::string& engine) {
  if (asked.way == GpuAccess::Way::none) return asked.reason;
  const bool by_request = asked.way == GpuAccess::Way::runtime || asked.way == GpuAccess::Way::cdi;
  const bool kept_request =
      given.requests_all || std::all_of(asked.device_ids.begin(), asked.device_ids.end(),
                                        [&](const std::string& id) { return lists(given.requested_ids, id); });
  // Nodes that are there prove more than a request that is not: Podman turns CDI names into devices.
  const bool sees_one = visible && !visible->empty();
  if (by_request && !kept_request && !sees_one) return engine + " accepted the GPU request but ignored it";
  if (asked.way == GpuAccess::Way::devices) {
    const auto is_there = [&](const std::string& node) {
      const std::string name = node.substr(node.rfind('/') + 1);
      return lists(given.device_nodes, node) || (visible && lists(*visible, name));
    };
    const auto missing = std::find_if_not(asked.device_nodes.begin(), asked.device_nodes.end(), is_there);
    if (missing != asked.device_nodes.end()) return engine + " left out the device node " + *missing;
  }
  if (visible && visible->empty()) return "the running container has no /dev/nvidia* device node";
  return {};
}

}  // namespace gpubench::workload
