#include "workload/docker/driver_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

namespace gpubench::workload {
namespace {

namespace fs = std::filesystem;

// Where NVIDIA's own images look for the driver, so that most images have it on their paths already.
constexpr const char* kLibraryTarget = "/usr/local/nvidia/lib64";
constexpr const char* kProgramTarget = "/usr/local/nvidia/bin";

// In the order of preference: directories that hold nothing but the driver, then the distributions' own.
constexpr std::array<const char*, 10> kLibraryDirectories = {
    "/usr/local/nvidia/lib64",    "/usr/local/nvidia/lib",
    "/usr/lib/x86_64-linux-gnu",  "/usr/lib/x86_64-linux-gnu/nvidia/current",
    "/usr/lib/aarch64-linux-gnu", "/usr/lib64",
    "/usr/lib64/nvidia",          "/run/opengl-driver/lib",
    "/usr/lib/wsl/lib",           "/usr/lib"};
constexpr std::array<const char*, 5> kProgramDirectories = {"/usr/local/nvidia/bin", "/usr/bin", "/usr/local/bin",
                                                            "/run/current-system/sw/bin", "/usr/lib/wsl/lib"};

// What CUDA programs and nvidia-smi load; any version suffix.
constexpr std::array<std::string_view, 9> kLibraryNames = {
    "libcuda.so",         "libnvidia-ml.so",      "libnvidia-ptxjitcompiler.so", "libnvidia-nvvm.so", "libnvidia-nvvm70.so",
    "libcudadebugger.so", "libnvidia-gpucomp.so", "libnvidia-opencl.so",         "libnvidia-cfg.so"};

bool is_driver_library(std::string_view name) {
  return std::any_of(kLibraryNames.begin(), kLibraryNames.end(), [&](std::string_view wanted) {
    return name.substr(0, wanted.size()) == wanted && (name.size() == wanted.size() || name[wanted.size()] == '.');
  });
}

// A host tree below `root`: paths in and out are the host's own.
class HostTree {
 public:
  explicit HostTree(const fs::path& root) : root_(fs::weakly_canonical(root)) {}
  [[nodiscard]] fs::path inside(const fs::path& host_path) const { return root_ / host_path.relative_path(); }
  [[nodiscard]] bool exists(const fs::path& host_path) const {
    std::error_code error;
    return fs::exists(inside(host_path), error);
  }
  // The file that the symbolic links lead to, as a host path; empty if there is none.
  [[nodiscard]] std::optional<fs::path> resolve(const fs::path& host_path) const {
    fs::path path = host_path;
    for (int links = 0; links < 16; ++links) {
      std::error_code error;
      const fs::file_status status = fs::symlink_status(inside(path), error);
      if (!fs::exists(status)) return std::nullopt;
      if (!fs::is_symlink(status)) return real_directory(path.parent_path()) / path.filename();
      const fs::path target = fs::read_symlink(inside(path), error);
      path = target.is_absolute() ? target : (real_directory(path.parent_path()) / target).lexically_normal();
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] fs::path real_directory(const fs::path& host_path) const {
    std::error_code error;
    const fs::path real = fs::canonical(inside(host_path), error);
    const fs::path relative = real.lexically_relative(root_);
    if (error || relative.empty() || *relative.begin() == "..") return host_path;
    return (fs::path("/") / relative).lexically_normal();
  }
  fs::path root_;
};

// Bind strings are parted by colons.
bool can_be_mounted(const fs::path& path) {
  return path.string().find(':') == std::string::npos;
}

struct FoundLibrary {
  std::string name;
  fs::path file;
};

std::vector<FoundLibrary> libraries_in(const HostTree& host, const fs::path& directory) {
  std::vector<FoundLibrary> found;
  std::error_code error;
  for (fs::directory_iterator entry(host.inside(directory), error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!is_driver_library(name)) continue;
    const auto file = host.resolve(directory / name);
    if (file && can_be_mounted(*file) && can_be_mounted(name)) found.push_back({name, *file});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

// A directory for nothing but the driver, with all its links ending inside it, is mounted as it is.
bool is_own_directory(const fs::path& directory, const std::vector<FoundLibrary>& libraries) {
  const std::string text = directory.string();
  const bool own = text.starts_with("/usr/local/nvidia/");
  return own && std::all_of(libraries.begin(), libraries.end(),
                            [&](const auto& library) { return library.file.parent_path() == directory; });
}

void add_libraries(const HostTree& host, DriverFiles& files) {
  std::vector<std::string> names;
  for (const char* directory : kLibraryDirectories) {
    const std::vector<FoundLibrary> found = libraries_in(host, directory);
    const bool has_cuda =
        std::any_of(found.begin(), found.end(), [](const auto& library) { return library.name == "libcuda.so.1"; });
    if (names.empty() && !has_cuda) continue;  // the directory of libcuda.so.1 leads; others only fill in
    if (names.empty() && is_own_directory(directory, found)) {
      files.mounts.push_back({directory, kLibraryTarget, directory});
      break;
    }
    for (const FoundLibrary& library : found) {
      if (std::find(names.begin(), names.end(), library.name) != names.end()) continue;
      names.push_back(library.name);
      files.mounts.push_back({library.file.string(), std::string(kLibraryTarget) + "/" + library.name, directory});
    }
  }
  if (!files.mounts.empty()) files.library_path = kLibraryTarget;
}

void add_program(const HostTree& host, DriverFiles& files) {
  for (const char* directory : kProgramDirectories) {
    const auto file = host.resolve(fs::path(directory) / "nvidia-smi");
    if (!file || !can_be_mounted(*file)) continue;
    files.mounts.push_back({file->string(), std::string(kProgramTarget) + "/nvidia-smi", directory});
    files.program_path = kProgramTarget;
    return;
  }
}

const fs::path kGpusOfDriver = "/proc/driver/nvidia/gpus";

// "Device Minor" in the driver's file about the GPU at this bus address.
std::optional<int> device_minor(const HostTree& host, std::string bus_id) {
  std::transform(bus_id.begin(), bus_id.end(), bus_id.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::size_t kernel_length = 12;  // "0000:1b:00.0"; NVML writes the domain with 8 digits
  if (bus_id.size() > kernel_length) bus_id.erase(0, bus_id.size() - kernel_length);
  if (bus_id.find('/') != std::string::npos) return std::nullopt;
  std::ifstream file(host.inside(kGpusOfDriver / bus_id / "information"));
  for (std::string line; std::getline(file, line);) {
    constexpr std::string_view label = "Device Minor:";
    int value = 0;
    if (line.starts_with(label) && std::istringstream(line.substr(label.size())) >> value) return value;
  }
  return std::nullopt;
}

// The device nodes of these GPUs; empty if one of them is not known.
std::vector<std::string> nodes_of(const HostTree& host, const std::vector<GpuRequest>& gpus) {
  std::vector<std::string> nodes;
  for (const GpuRequest& gpu : gpus) {
    const auto minor = device_minor(host, gpu.pci_bus_id);
    if (!minor) return {};
    nodes.push_back("/dev/nvidia" + std::to_string(*minor));
  }
  return nodes;
}

}  // namespace

bool is_gpu_node(std::string_view path) {
  constexpr std::string_view prefix = "nvidia";
  const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  return name.size() > prefix.size() && name.starts_with(prefix) &&
         name.find_first_not_of("0123456789", prefix.size()) == std::string_view::npos;
}

std::vector<std::string> find_gpu_nodes(const std::string& host_root) {
  std::vector<std::string> nodes;
  std::error_code error;
  const fs::path folder = HostTree(host_root).inside("/dev");
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (is_gpu_node(name)) nodes.push_back("/dev/" + name);
  }
  return nodes;
}

std::optional<std::string> bus_address_of(const std::string& host_root, std::string_view node) {
  const HostTree host(host_root);
  std::error_code error;
  for (fs::directory_iterator entry(host.inside(kGpusOfDriver), error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string address = entry->path().filename().string();
    const auto minor = device_minor(host, address);
    if (minor && node.substr(node.rfind('/') + 1) == "nvidia" + std::to_string(*minor)) return address;
  }
  return std::nullopt;
}

std::vector<std::string> find_device_nodes(const std::string& host_root, const std::vector<GpuRequest>& wanted) {
  const HostTree host(host_root);
  std::vector<std::string> gpus = find_gpu_nodes(host_root);
  if (gpus.empty() || !host.exists("/dev/nvidiactl")) return {};
  if (const auto chosen = nodes_of(host, wanted); !chosen.empty()) {
    const auto is_there = [&](const std::string& node) { return std::find(gpus.begin(), gpus.end(), node) != gpus.end(); };
    if (std::all_of(chosen.begin(), chosen.end(), is_there)) gpus = chosen;
  }
  std::sort(gpus.begin(), gpus.end(),
            [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; });
  for (const char* node : {"/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"}) {
    if (host.exists(node)) gpus.emplace_back(node);
  }
  return gpus;
}

DriverFiles find_driver_files(const std::string& host_root) {
  const HostTree host(host_root);
  DriverFiles files;
  add_libraries(host, files);
  if (!files.mounts.empty()) add_program(host, files);
  return files;
}

}  // namespace gpubench::workload
