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

void resolve_system(void* library, NvmlApi::System& system) {
  resolve(library, "nvmlInit_v2", system.init);
  resolve(library, "nvmlShutdown", system.shutdown);
  resolve(library, "nvmlErrorString", system.error_string);
  resolve(library, "nvmlSystemGetDriverVersion", system.driver_version);
  resolve(library, "nvmlSystemGetNVMLVersion", system.nvml_version);
  resolve(library, "nvmlDeviceGetCount_v2", system.device_count);
  resolve(library, "nvmlDeviceGetHandleByIndex_v2", system.device_by_index);
}

void resolve_description(void* library, NvmlApi::Description& description) {
  resolve(library, "nvmlDeviceGetName", description.name);
  resolve(library, "nvmlDeviceGetUUID", description.uuid);
  resolve(library, "nvmlDeviceGetPciInfo_v3", description.pci);
  resolve(library, "nvmlDeviceGetEnforcedPowerLimit", description.enforced_power_limit);
  resolve(library, "nvmlDeviceGetPowerManagementLimitConstraints", description.power_limit_range);
  resolve(library, "nvmlDeviceGetMaxClockInfo", description.max_clock);
  resolve(library, "nvmlDeviceGetTemperatureThreshold", description.temperature_threshold);
  resolve(library, "nvmlDeviceGetMemoryBusWidth", description.memory_bus_width);
  resolve(library, "nvmlDeviceGetNumGpuCores", description.cores);
  resolve(library, "nvmlDeviceGetMigMode", description.mig_mode);
  resolve(library, "nvmlDeviceGetMaxMigDeviceCount", description.max_mig_devices);
  resolve(library, "nvmlDeviceGetMigDeviceHandleByIndex", description.mig_device);
}

void resolve_activity(void* library, NvmlApi::Activity& activity) {
  resolve(library, "nvmlGpmQueryDeviceSupport", activity.support);
  resolve(library, "nvmlGpmSampleAlloc", activity.sample_alloc);
  resolve(library, "nvmlGpmSampleFree", activity.sample_free);
  resolve(library, "nvmlGpmSampleGet", activity.sample_get);
  resolve(library, "nvmlGpmMetricsGet", activity.metrics_get);
}

void resolve_values(void* library, NvmlApi::Values& values) {
  resolve(library, "nvmlDeviceGetUtilizationRates", values.utilization);
  resolve(library, "nvmlDeviceGetPowerUsage", values.power_usage);
  resolve(library, "nvmlDeviceGetTemperatureV", values.temperature_versioned);
  resolve(library, "nvmlDeviceGetTemperature", values.temperature);
  resolve(library, "nvmlDeviceGetMemoryInfo_v2", values.memory_v2);
  resolve(library, "nvmlDeviceGetMemoryInfo", values.memory_v1);
  resolve(library, "nvmlDeviceGetClockInfo", values.clock);
  resolve(library, "nvmlDeviceGetCurrentClocksEventReasons", values.event_reasons);
  resolve(library, "nvmlDeviceGetCurrentClocksThrottleReasons", values.throttle_reasons);
  resolve(library, "nvmlDeviceGetTotalEnergyConsumption", values.total_energy);
  resolve(library, "nvmlDeviceGetFieldValues", values.field_values);
  resolve(library, "nvmlDeviceGetSamples", values.samples);
}

void resolve_events(void* library, NvmlApi::Events& events) {
  resolve(library, "nvmlDeviceGetComputeRunningProcesses_v3", events.compute_processes);
  resolve(library, "nvmlDeviceGetGraphicsRunningProcesses_v3", events.graphics_processes);
  resolve(library, "nvmlDeviceGetMPSComputeRunningProcesses_v3", events.mps_processes);
  resolve(library, "nvmlEventSetCreate", events.event_set_create);
  resolve(library, "nvmlEventSetFree", events.event_set_free);
  resolve(library, "nvmlDeviceRegisterEvents", events.register_events);
  resolve(library, "nvmlEventSetWait_v2", events.event_set_wait);
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
  return "install the NVIDIA driver (and give the container its GPUs), or play a recorded trace with --meter replay:FILE: "
         "traces/h200.trace of the repository, share/iris-gpubench/h200.trace of the archive";
}

NvmlLibrary::NvmlLibrary(void* library) : library_(library) {
  resolve_system(library, api_.system);
  resolve_description(library, api_.description);
  resolve_values(library, api_.values);
  resolve_activity(library, api_.activity);
  resolve_events(library, api_.events);
}

NvmlLibrary::~NvmlLibrary() {
  if (initialised_ && api_.system.shutdown != nullptr) api_.system.shutdown();
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
  if (api_.system.init == nullptr || api_.system.device_count == nullptr || api_.system.device_by_index == nullptr) {
    return base::failure("the library that was found is not NVML: it lacks nvmlInit_v2 or the device functions",
                         no_gpu_remedy());
  }
  const int code = api_.system.init();
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
  const char* text = api_.system.error_string != nullptr ? api_.system.error_string(code) : nullptr;
  return std::string(text != nullptr ? text : "error") + " (NVML code " + std::to_string(code) + ")";
}

}  // namespace gpubench::meter
