#include "workload/docker/gpu_access.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "workload/docker/driver_files.h"

namespace gpubench::workload {
namespace {

constexpr const char* kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";  // as engines set it

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// The names under which the engine knows these GPUs; empty if it does not know one of them.
std::vector<std::string> cdi_names(const std::vector<GpuRequest>& gpus, const std::vector<std::string>& known) {
  std::vector<std::string> names;
  for (const GpuRequest& gpu : gpus) {
    const std::string by_uuid = std::string(kCdiPrefix) + gpu.uuid;
    const std::string by_index = std::string(kCdiPrefix) + std::to_string(gpu.index);
    if (!gpu.uuid.empty() && contains(known, by_uuid)) {
      names.push_back(by_uuid);
    } else if (contains(known, by_index)) {
      names.push_back(by_index);
    } else {
      return {};
    }
  }
  return names;
}

// As nvidia-ctk names them, for engines that do not list what they know.
std::vector<std::string> usual_cdi_names(const std::vector<GpuRequest>& gpus) {
  std::vector<std::string> names;
  names.reserve(gpus.size());
  for (const GpuRequest& gpu : gpus)
    names.push_back(std::string(kCdiPrefix) + (gpu.index < 0 ? gpu.uuid : std::to_string(gpu.index)));
  return names;
}

GpuAccess access_by_devices(const std::vector<GpuRequest>& gpus, const std::string& host_root) {
  GpuAccess access;
  access.device_nodes = find_device_nodes(host_root, gpus);
  if (access.device_nodes.empty()) {
    access.reason = "the engine has no NVIDIA runtime and this machine has no /dev/nvidia* device nodes";
    return access;
  }
  DriverFiles files = find_driver_files(host_root);
  if (files.mounts.empty()) {
    access.device_nodes.clear();
    access.reason =
        "the engine has no NVIDIA runtime and the driver's libcuda.so.1 was not found (install nvidia-container-toolkit)";
    return access;
  }
  access.way = GpuAccess::Way::devices;
  access.mounts = std::move(files.mounts);
  access.library_path = std::move(files.library_path);
  access.program_path = std::move(files.program_path);
  return access;
}

// Sets NAME=value in place, or appends it.
void set_variable(std::vector<std::string>& env, const std::string& name, const std::string& value) {
  const std::string prefix = name + "=";
  const auto found = std::find_if(env.begin(), env.end(), [&](const auto& entry) { return entry.starts_with(prefix); });
  if (found == env.end()) {
    env.push_back(prefix + value);
  } else {
    *found = prefix + value;
  }
}

std::string variable(const std::vector<std::string>& env, const std::string& name) {
  const std::string prefix = name + "=";
  for (const std::string& entry : env) {
    if (entry.starts_with(prefix)) return entry.substr(prefix.size());
  }
  return {};
}

// Where a host directory appears in the container through the user's binds; empty if it does not.
std::string visible_path(const std::string& directory, const std::vector<std::string>& binds) {
  for (const std::string& bind : binds) {
    const std::size_t first = bind.find(':');
    if (first == std::string::npos) continue;
    const std::string source = bind.substr(0, first);
    const std::string target = bind.substr(first + 1, bind.find(':', first + 1) - first - 1);
    const bool below = directory.starts_with(source) && directory.size() > source.size() && directory[source.size()] == '/';
    if (below || directory == source) return target + directory.substr(source.size());
  }
  return {};
}

void add_directory(std::string& path, const std::string& directory) {
  if ((":" + path + ":").find(":" + directory + ":") != std::string::npos) return;
  base::add_item(path, directory, ":");
}

}  // namespace

void leave_out_visible_mounts(GpuAccess& access, const std::vector<std::string>& binds) {
  std::vector<ReadOnlyMount> left;
  std::string libraries;
  std::string programs;
  for (ReadOnlyMount& mount : access.mounts) {
    const bool is_program = !access.program_path.empty() && mount.target.starts_with(access.program_path);
    const std::string visible = visible_path(mount.found_in, binds);
    const std::string& mounted = is_program ? access.program_path : access.library_path;
    add_directory(is_program ? programs : libraries, visible.empty() ? mounted : visible);
    if (visible.empty()) left.push_back(std::move(mount));
  }
  access.mounts = std::move(left);
  access.library_path = libraries;
  access.program_path = programs;
}

std::string_view GpuAccess::text() const {
  if (way == Way::none) return "none";
  if (way == Way::cdi) return "cdi";
  return way == Way::devices ? "devices" : "runtime";
}

base::Result<EngineFacts> parse_engine_facts(std::string_view info_json) {
  const auto info = base::parse_json(info_json);
  if (!info.is_object()) return base::failure("the engine's answer to /info is not valid");
  EngineFacts facts;
  const auto runtimes = info.find("Runtimes");
  facts.has_nvidia_runtime = runtimes != info.end() && runtimes->is_object() && runtimes->contains("nvidia");
  const auto memory = info.find("MemTotal");
  if (memory != info.end() && memory->is_number_unsigned()) facts.memory_bytes = memory->get<std::uint64_t>();
  const auto devices = info.find("DiscoveredDevices");
  if (devices == info.end() || !devices->is_array()) return facts;
  for (const auto& device : *devices) {
    const auto id = device.is_object() ? device.find("ID") : device.end();
    if (!device.is_object() || id == device.end() || !id->is_string()) continue;
    if (id->get_ref<const std::string&>().starts_with(kCdiPrefix)) facts.cdi_devices.push_back(*id);
  }
  return facts;
}

GpuAccess choose_gpu_access(const std::vector<GpuRequest>& gpus, const EngineFacts& facts, const std::string& host_root,
                            GpuAccessWish wish) {
  GpuAccess access;
  if (gpus.empty()) return access;
  if (wish == GpuAccessWish::none) {
    access.reason = "--gpu-access none asks for none";
    return access;
  }
  const bool any_way = wish == GpuAccessWish::automatic;
  if (wish == GpuAccessWish::runtime || (any_way && facts.has_nvidia_runtime && !facts.is_podman)) {
    access.way = GpuAccess::Way::runtime;
    for (const GpuRequest& gpu : gpus) access.device_ids.push_back(gpu.uuid.empty() ? std::to_string(gpu.index) : gpu.uuid);
    return access;
  }
  if (wish != GpuAccessWish::devices) access.device_ids = cdi_names(gpus, facts.cdi_devices);
  if (wish == GpuAccessWish::cdi && access.device_ids.empty()) access.device_ids = usual_cdi_names(gpus);
  if (!access.device_ids.empty()) {
    access.way = GpuAccess::Way::cdi;
    return access;
  }
  if (any_way && facts.is_elsewhere) {
    access.reason =
        "the engine has no NVIDIA runtime and counts as one on another machine, whose device nodes are not known here "
        "(install nvidia-container-toolkit there, or give --gpu-access cdi; --gpu-access devices if it is this machine)";
    return access;
  }
  return access_by_devices(gpus, host_root);
}

std::vector<std::string> environment_with_driver(const std::vector<std::string>& env, const GpuAccess& access) {
  std::vector<std::string> result;
  for (const std::string& entry : env) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos) {
      result.push_back(entry);
    } else {
      set_variable(result, entry.substr(0, equals), entry.substr(equals + 1));
    }
  }
  if (access.way != GpuAccess::Way::devices) return result;
  const std::string libraries = variable(result, "LD_LIBRARY_PATH");
  set_variable(result, "LD_LIBRARY_PATH", access.library_path + (libraries.empty() ? "" : ":" + libraries));
  if (!access.program_path.empty()) {
    const std::string path = variable(result, "PATH");
    set_variable(result, "PATH", (path.empty() ? kDefaultPath : path) + ":" + access.program_path);
  }
  if (variable(result, "NVIDIA_VISIBLE_DEVICES").empty()) set_variable(result, "NVIDIA_VISIBLE_DEVICES", "all");
  return result;
}

}  // namespace gpubench::workload
