#include "meter/nvml/nvml_library.h"

#include <dlfcn.h>

#include <array>

namespace gpubench::meter {
namespace {

// The first is found by the loader; the others are where containers and some systems put the driver.
constexpr std::array kPlaces = {"libnvidia-ml.so.1",
                                "/usr/local/nvidia/lib64/libnvidia-ml.so.1",
                                "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1",
                                "/usr/lib/aarch64-linux-gnu/libnvidia-ml.so.1",
                                "/usr/lib64/libnvidia-ml.so.1",
                                "/usr/lib/wsl/lib/libnvidia-ml.so.1",
                                "/run/opengl-driver/lib/libnvidia-ml.so.1"};

template <class Function>
void resolve(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
}

void resolve_system(void* library, NvmlApi& api) {
  resolve(library, "nvmlInit_v2", api.init);
  resolve(library, "nvmlShutdown", api.shutdown);
  resolve(library, "nvmlErrorString", api.error_string);
  resolve(library, "nvmlSystemGetDriverVersion", api.driver_version);
  resolve(library, "nvmlSystemGetNVMLVersion", api.nvml_version);
  resolve(library, "nvmlDeviceGetCount_v2", api.device_count);
  resolve(library, "nvmlDeviceGetHandleByIndex_v2", api.device_by_index);
}

void resolve_description(void* library, NvmlApi& api) {
  resolve(library, "nvmlDeviceGetName", api.name);
  resolve(library, "nvmlDeviceGetUUID", api.uuid);
  resolve(library, "nvmlDeviceGetPciInfo_v3", api.pci);
  resolve(library, "nvmlDeviceGetEnforcedPowerLimit", api.enforced_power_limit);
  resolve(library, "nvmlDeviceGetPowerManagementLimitConstraints", api.power_limit_range);
  resolve(library, "nvmlDeviceGetMaxClockInfo", api.max_clock);
  resolve(library, "nvmlDeviceGetTemperatureThreshold", api.temperature_threshold);
  resolve(library, "nvmlDeviceGetMemoryBusWidth", api.memory_bus_width);
  resolve(library, "nvmlDeviceGetNumGpuCores", api.cores);
}

void resolve_activity(void* library, NvmlApi& api) {
  resolve(library, "nvmlGpmQueryDeviceSupport", api.gpm_support);
  resolve(library, "nvmlGpmSampleAlloc", api.gpm_sample_alloc);
  resolve(library, "nvmlGpmSampleFree", api.gpm_sample_free);
  resolve(library, "nvmlGpmSampleGet", api.gpm_sample_get);
  resolve(library, "nvmlGpmMetricsGet", api.gpm_metrics_get);
}

void resolve_values(void* library, NvmlApi& api) {
  resolve(library, "nvmlDeviceGetUtilizationRates", api.utilization);
  resolve(library, "nvmlDeviceGetPowerUsage", api.power_usage);
  resolve(library, "nvmlDeviceGetTemperatureV", api.temperature_versioned);
  resolve(library, "nvmlDeviceGetTemperature", api.temperature);
  resolve(library, "nvmlDeviceGetMemoryInfo_v2", api.memory_v2);
  resolve(library, "nvmlDeviceGetMemoryInfo", api.memory_v1);
  resolve(library, "nvmlDeviceGetClockInfo", api.clock);
  resolve(library, "nvmlDeviceGetCurrentClocksEventReasons", api.event_reasons);
  resolve(library, "nvmlDeviceGetCurrentClocksThrottleReasons", api.throttle_reasons);
  resolve(library, "nvmlDeviceGetTotalEnergyConsumption", api.total_energy);
  resolve(library, "nvmlDeviceGetFieldValues", api.field_values);
  resolve(library, "nvmlDeviceGetSamples", api.samples);
}

void resolve_events(void* library, NvmlApi& api) {
  resolve(library, "nvmlDeviceGetComputeRunningProcesses_v3", api.compute_processes);
  resolve(library, "nvmlDeviceGetGraphicsRunningProcesses_v3", api.graphics_processes);
  resolve(library, "nvmlDeviceGetMPSComputeRunningProcesses_v3", api.mps_processes);
  resolve(library, "nvmlDeviceGetMigMode", api.mig_mode);
  resolve(library, "nvmlDeviceGetMaxMigDeviceCount", api.max_mig_devices);
  resolve(library, "nvmlDeviceGetMigDeviceHandleByIndex", api.mig_device);
  resolve(library, "nvmlEventSetCreate", api.event_set_create);
  resolve(library, "nvmlEventSetFree", api.event_set_free);
  resolve(library, "nvmlDeviceRegisterEvents", api.register_events);
  resolve(library, "nvmlEventSetWait_v2", api.event_set_wait);
}

std::string last_loader_error() {
  const char* text = dlerror();  // NOLINT(concurrency-mt-unsafe): kept per thread by glibc
  return text != nullptr ? text : "unknown reason";
}

struct Loaded {
  void* library = nullptr;
  std::string problem;  // of a library that is there but cannot be loaded
};

Loaded load(const std::string& path) {
  if (!path.empty()) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    return {library, library == nullptr ? last_loader_error() : ""};
  }
  std::string problem;
  for (const char* place : kPlaces) {
    if (void* library = dlopen(place, RTLD_NOW | RTLD_LOCAL)) return {library, ""};
    const std::string reason = last_loader_error();
    if (problem.empty() && reason.find("No such file or directory") == std::string::npos) problem = reason;
  }
  return {nullptr, problem};
}

// The archive brings a C library of its own, which may be older than the one that a driver's library was made for.
std::string loading_remedy(const std::string& problem) {
  if (problem.find("version `GLIBC") == std::string::npos) return no_gpu_remedy();
  return "it needs a newer C library than the one that iris-gpubench runs with: build iris-gpubench on this machine, or " +
         no_gpu_remedy();
}

}  // namespace

std::string no_gpu_remedy() {
  return "use --meter replay:FILE to play a recorded trace, or install the NVIDIA driver (and give the container its GPUs)";
}

NvmlLibrary::NvmlLibrary(void* library) : library_(library) {
  resolve_system(library, api_);
  resolve_description(library, api_);
  resolve_values(library, api_);
  resolve_activity(library, api_);
  resolve_events(library, api_);
}

NvmlLibrary::~NvmlLibrary() {
  if (initialised_ && api_.shutdown != nullptr) api_.shutdown();
  dlclose(library_);
}

base::Result<std::unique_ptr<NvmlLibrary>> NvmlLibrary::open(const std::string& path) {
  const Loaded loaded = load(path);
  if (!loaded.problem.empty())
    return base::failure("NVIDIA's library NVML cannot be loaded: " + loaded.problem, loading_remedy(loaded.problem));
  if (loaded.library == nullptr)
    return base::failure("no NVIDIA driver on this machine: its library libnvidia-ml.so.1 was not found", no_gpu_remedy());
  std::unique_ptr<NvmlLibrary> library(new NvmlLibrary(loaded.library));
  if (auto done = library->initialise(); !done) return base::failure(done.error());
  return library;
}

base::Result<void> NvmlLibrary::initialise() {
  if (api_.init == nullptr || api_.device_count == nullptr || api_.device_by_index == nullptr) {
    return base::failure("the library that was found is not NVML: it lacks nvmlInit_v2 or the device functions",
                         no_gpu_remedy());
  }
  const int code = api_.init();
  initialised_ = code == kNvmlSuccess;
  switch (code) {
    case kNvmlSuccess:
      return {};
    case kNvmlDriverNotLoaded:
      return base::failure("the NVIDIA library is here but the kernel driver is not loaded", no_gpu_remedy());
    case kNvmlVersionMismatch:
      return base::failure(
          "the NVIDIA library and the loaded kernel driver are of different versions",
          "reboot, or reload the nvidia kernel module (usual after a driver update); or " + no_gpu_remedy());
    case kNvmlNoPermission:
      return base::failure("no permission to use the NVIDIA driver",
                           "check this user's access to /dev/nvidia*; or " + no_gpu_remedy());
    default:
      return base::failure("NVML cannot be initialised: " + describe(code), no_gpu_remedy());
  }
}

std::string NvmlLibrary::describe(int code) const {
  const char* text = api_.error_string != nullptr ? api_.error_string(code) : nullptr;
  return std::string(text != nullptr ? text : "error") + " (NVML code " + std::to_string(code) + ")";
}

}  // namespace gpubench::meter
