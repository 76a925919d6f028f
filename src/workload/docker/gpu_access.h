// How a container gets its GPUs: by the engine's NVIDIA runtime where there is one, else by device nodes and the host's own
// driver libraries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "workload/container_settings.h"
#include "workload/docker/driver_files.h"
#include "workload/gpu_request.h"

namespace gpubench::workload {

// In front of a GPU's number or UUID in its CDI name.
inline constexpr std::string_view kCdiPrefix = "nvidia.com/gpu=";

// The parts of the engine's /info about GPUs and sizes.
struct EngineFacts {
  bool has_nvidia_runtime = false;
  std::vector<std::string> cdi_devices;  // "nvidia.com/gpu=0"
  std::uint64_t memory_bytes = 0;        // 0: not known
  bool is_podman = false;                // accepts runtime requests but ignores them
  bool is_elsewhere = false;             // on another machine: it has other device nodes and driver files than this one
};
base::Result<EngineFacts> parse_engine_facts(std::string_view info_json);

struct GpuAccess {
  enum class Way : std::uint8_t { none, runtime, cdi, devices };
  Way way = Way::none;
  std::vector<std::string> device_ids;          // runtime, cdi: what to ask the engine for
  std::vector<std::string> device_nodes;        // devices: "/dev/nvidia0" ...
  std::vector<ReadOnlyMount> mounts;            // devices: driver libraries, nvidia-smi
  std::string library_path;                     // devices: goes in front of the image's LD_LIBRARY_PATH
  std::string program_path;                     // devices: appended to the image's PATH; empty: no programs
  std::string reason;                           // none although GPUs were asked for: why
  [[nodiscard]] std::string_view text() const;  // "runtime", "cdi", "devices", "none"
};

// `host_root` is "/" except in tests. A choice other than automatic is followed even if it looks hopeless: the engine has
// the last word.
GpuAccess choose_gpu_access(const std::vector<GpuRequest>& gpus, const EngineFacts& facts, const std::string& host_root,
                            GpuAccessWish wish = GpuAccessWish::automatic);

// Leaves out what the user's own binds ("src:dst[:ro]") show already, as with "/usr:/usr:ro", where nothing more could be
// mounted; the paths then lead there.
void leave_out_visible_mounts(GpuAccess& access, const std::vector<std::string>& binds);

// `env` ("K=V"; the image's, then the user's) with the driver's paths worked in and one entry per name.
std::vector<std::string> environment_with_driver(const std::vector<std::string>& env, const GpuAccess& access);

}  // namespace gpubench::workload
