// A look-alike of libnvidia-ml.so.1, for tests. Its GPUs follow a script: see script.h.
#include "support/fake_nvml/fake_nvml.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/fake_nvml/machine.h"
#include "support/fake_nvml/script.h"

namespace {

using namespace gpubench::fake_nvml;

bool absent_symbol(const char* name) {
  return contains(read_script().missing, name);
}

// Counts the call, waits its delay and gives the code that the script has for it.
int scripted_code(Machine& m, const std::string& name, double t) {
  const int count = ++m.calls[name];
  if (const auto delay = m.script.delays.find(name); delay != m.script.delays.end()) {
    std::this_thread::sleep_for(std::chrono::duration<double>(delay->second));
  }
  const auto [first, last] = m.script.faults.equal_range(name);
  for (auto it = first; it != last; ++it) {
    if (t >= it->second.from && count % it->second.every == 0) return it->second.code;
  }
  return kNvmlSuccess;
}

// What every call for a GPU goes through: action(machine, gpu, t) runs if no fault comes first.
template <class Action>
int device_call(const char* name, NvmlHandle device, Action action) {
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  if (!m.initialised) return 1;
  const std::size_t index = reinterpret_cast<std::uintptr_t>(device) - 1;
  if (index >= m.script.gpus.size()) return 2;
  const double t = m.now();
  const int code = scripted_code(m, name, t);
  if (t >= m.script.gpus[index].lost_at) return kNvmlGpuIsLost;
  return code != kNvmlSuccess ? code : action(m, m.script.gpus[index], t);
}

// A call that writes one number.
template <class Number, class Figure>
int number_call(const char* name, NvmlHandle device, Number* out, Figure figure) {
  return device_call(name, device, [&](Machine& m, Gpu& gpu, double t) {
    *out =
        contains(m.script.no_value, name) ? static_cast<Number>(-1) : static_cast<Number>(std::llround(figure(m, gpu, t)));
    return kNvmlSuccess;
  });
}

int text(const std::string& value, char* out, unsigned size) {
  if (value.size() >= size) return kNvmlInsufficientSize;
  std::memcpy(out, value.c_str(), value.size() + 1);
  return kNvmlSuccess;
}

unsigned index_of(NvmlHandle device) {
  return static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(device) - 1);
}

int list_processes(Gpu& gpu, unsigned* count, NvmlProcess* out) {
  std::vector<NvmlProcess> all = gpu.processes;
  std::ifstream file(gpu.process_file);
  for (NvmlProcess process = read_process(file); file; process = read_process(file)) all.push_back(process);
  const bool fits = all.size() <= *count;
  *count = static_cast<unsigned>(all.size());
  if (fits) std::copy(all.begin(), all.end(), out);
  return fits ? kNvmlSuccess : kNvmlInsufficientSize;
}

void fill_field(Machine& m, const Gpu& gpu, double t, NvmlFieldValue& field) {
  const std::string name = "field:" + std::to_string(field.field_id);
  field.code = scripted_code(m, name, t);
  ++m.calls["scope:" + std::to_string(field.scope_id)];
  if (field.code != kNvmlSuccess) return;
  field.timestamp_us = static_cast<std::int64_t>(m.stamp_us(t));
  if (contains(m.script.no_value, name)) {
    field.value_type = kNvmlUnsignedLongLong;
    field.value.unsigned_64 = kNvmlNoValue64;
  } else if (field.field_id == kNvmlFieldTotalEnergy) {
    field.value_type = kNvmlUnsignedLongLong;
    field.value.unsigned_64 = static_cast<std::uint64_t>(std::llround(counter_millijoules(gpu, t)));
  } else if (field.field_id == kNvmlFieldPowerAverage) {
    field.value_type = kNvmlUnsignedInt;
    field.value.unsigned_32 = static_cast<std::uint32_t>(std::lround(1e3 * mean_watts(gpu, floor_to(t, 0.1), 1.0)));
  } else if (field.field_id >= kNvmlFieldHeldByPowerCap && field.field_id <= kNvmlFieldHeldByReliability) {
    const auto held = gpu.throttled.find(field.field_id);
    if (held == gpu.throttled.end()) field.code = kNvmlNotSupported;
    field.value_type = kNvmlUnsignedLongLong;
    if (held != gpu.throttled.end()) field.value.unsigned_64 = held_nanoseconds(gpu, t, held->second);
  } else if (field.field_id == kNvmlFieldEccCorrected || field.field_id == kNvmlFieldEccUncorrected) {
    const bool corrected = field.field_id == kNvmlFieldEccCorrected;
    field.value_type = kNvmlUnsignedLongLong;
    field.value.unsigned_64 =
        t < gpu.ecc_from ? 3 : 3 + static_cast<std::uint64_t>(corrected ? gpu.ecc_corrected : gpu.ecc_uncorrected);
  } else {
    field.code = kNvmlNotSupported;
  }
}

int give_samples(Machine& m, const Gpu& gpu, double t, std::uint64_t last_seen_us, unsigned* count, NvmlSample* out) {
  std::vector<NvmlSample> samples = ring_samples(m, gpu, t);
  const auto seen = [&](const NvmlSample& sample) { return last_seen_us != 0 && sample.stamp_us <= last_seen_us; };
  samples.erase(std::remove_if(samples.begin(), samples.end(), seen), samples.end());
  if (samples.empty()) return kNvmlNotFound;
  if (out != nullptr) std::copy_n(samples.begin(), std::min<std::size_t>(*count, samples.size()), out);
  *count = out == nullptr ? static_cast<unsigned>(samples.size())
                          : static_cast<unsigned>(std::min<std::size_t>(*count, samples.size()));
  return kNvmlSuccess;
}

}  // namespace

// An NVML function is an indirect one: dlsym asks its resolver, which says "not there" if the script has it missing.
#define FAKE_NVML(symbol, ...)                                                               \
  extern "C" {                                                                               \
  static int fake_##symbol(__VA_ARGS__);                                                     \
  __attribute__((visibility("hidden"))) decltype(&fake_##symbol) resolve_##symbol() {        \
    return absent_symbol(#symbol) ? nullptr : &fake_##symbol;                                \
  }                                                                                          \
  __attribute__((visibility("default"), ifunc("resolve_" #symbol))) int symbol(__VA_ARGS__); \
  }                                                                                          \
  static int fake_##symbol(__VA_ARGS__)

FAKE_NVML(nvmlInit_v2, void) {
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  m.script = read_script();
  m.calls.clear();
  m.offsets.clear();
  m.start = m.monotonic();
  m.now();
  if (const int code = scripted_code(m, "nvmlInit_v2", 0.0); code != kNvmlSuccess) return code;
  const auto watched = [](const Gpu& gpu) { return !gpu.profile.load_file.empty(); };
  if (!m.watcher.joinable() && std::any_of(m.script.gpus.begin(), m.script.gpus.end(), watched)) {
    m.stop_watching = false;
    m.watcher = std::thread([&m] { watch_load_files(m); });
  }
  m.initialised = true;
  return kNvmlSuccess;
}

FAKE_NVML(nvmlShutdown, void) {
  Machine& m = machine();
  m.end_watch();
  const std::lock_guard lock(m.mutex);
  m.initialised = false;
  ++m.calls["nvmlShutdown"];
  return kNvmlSuccess;
}

FAKE_NVML(nvmlSystemGetDriverVersion, char* out, unsigned size) {
  return text("580.00.fake", out, size);
}
FAKE_NVML(nvmlSystemGetNVMLVersion, char* out, unsigned size) {
  return text("13.580.00.fake", out, size);
}

FAKE_NVML(nvmlDeviceGetCount_v2, unsigned* count) {
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  *count = static_cast<unsigned>(m.script.gpus.size());
  return scripted_code(m, "nvmlDeviceGetCount_v2", m.now());
}

FAKE_NVML(nvmlDeviceGetHandleByIndex_v2, unsigned index, NvmlHandle* device) {
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  if (index >= m.script.gpus.size()) return 2;
  *device = reinterpret_cast<NvmlHandle>(static_cast<std::uintptr_t>(index) + 1);
  return scripted_code(m, "gpu:" + std::to_string(index), m.now());
}

FAKE_NVML(nvmlDeviceGetName, NvmlHandle device, char* out, unsigned size) {
  return device_call("nvmlDeviceGetName", device, [&](Machine&, Gpu& gpu, double) { return text(gpu.name, out, size); });
}

FAKE_NVML(nvmlDeviceGetUUID, NvmlHandle device, char* out, unsigned size) {
  if (const auto instance = reinterpret_cast<std::uintptr_t>(device) >> 8U; instance > 0) {
    const auto parent = (reinterpret_cast<std::uintptr_t>(device) & 255U) - 1;
    return text("MIG-fa4e0000-0000-0000-000" + std::to_string(parent) + "-00000000000" + std::to_string(instance - 1), out,
                size);
  }
  return device_call("nvmlDeviceGetUUID", device, [&](Machine& m, Gpu& gpu, double) {
    return text("GPU-fa4e0000-0000-0000-" + m.script.host + "-00000000000" + std::to_string(gpu.minor), out, size);
  });
}

FAKE_NVML(nvmlDeviceGetPciInfo_v3, NvmlHandle device, NvmlPci* out) {
  return device_call("nvmlDeviceGetPciInfo_v3", device, [&](Machine&, Gpu&, double) {
    return text("00000000:0" + std::to_string(index_of(device)) + ":00.0", out->bus_id.data(),
                static_cast<unsigned>(out->bus_id.size()));
  });
}

FAKE_NVML(nvmlDeviceGetEnforcedPowerLimit, NvmlHandle device, std::uint32_t* out) {
  return number_call("nvmlDeviceGetEnforcedPowerLimit", device, out,
                     [](Machine& m, Gpu&, double) { return 1e3 * m.script.enforced_limit; });
}

FAKE_NVML(nvmlDeviceGetPowerManagementLimitConstraints, NvmlHandle device, std::uint32_t* lowest, std::uint32_t* highest) {
  *lowest = 200000;
  return number_call("nvmlDeviceGetPowerManagementLimitConstraints", device, highest,
                     [](Machine& m, Gpu&, double) { return 1e3 * m.script.max_limit; });
}

FAKE_NVML(nvmlDeviceGetMaxClockInfo, NvmlHandle device, int type, std::uint32_t* out) {
  return number_call("nvmlDeviceGetMaxClockInfo", device, out, [&](Machine& m, Gpu&, double) {
    return type == kNvmlClockMemory ? m.script.memory_clock : m.script.sm_clock;
  });
}

FAKE_NVML(nvmlDeviceGetTemperatureThreshold, NvmlHandle device, int threshold, std::uint32_t* out) {
  return number_call("nvmlDeviceGetTemperatureThreshold", device, out, [&](Machine&, Gpu&, double) {
    return threshold == kNvmlThresholdShutdown ? 95 : threshold == kNvmlThresholdSlowdown ? 92 : 87;
  });
}

FAKE_NVML(nvmlDeviceGetUtilizationRates, NvmlHandle device, NvmlUtilization* out) {
  const int code = number_call("nvmlDeviceGetUtilizationRates", device, &out->gpu,
                               [](Machine&, Gpu& gpu, double t) { return 100 * share_of_load(gpu, t); });
  out->memory = out->gpu <= 100 ? out->gpu / 2 : out->gpu;
  return code;
}

FAKE_NVML(nvmlDeviceGetPowerUsage, NvmlHandle device, std::uint32_t* out) {
  return number_call("nvmlDeviceGetPowerUsage", device, out,
                     [](Machine&, Gpu& gpu, double t) { return 1e3 * mean_watts(gpu, floor_to(t, 0.1), 1.0); });
}

FAKE_NVML(nvmlDeviceGetTemperature, NvmlHandle device, int, std::uint32_t* out) {
  return number_call("nvmlDeviceGetTemperature", device, out,
                     [](Machine&, Gpu& gpu, double t) { return 30 + mean_watts(gpu, t, 5.0) / 20; });
}

FAKE_NVML(nvmlDeviceGetTemperatureV, NvmlHandle device, NvmlTemperature* out) {
  if (out->version != kNvmlTemperatureVersion) return kNvmlArgumentVersionMismatch;
  return number_call("nvmlDeviceGetTemperatureV", device, &out->celsius,
                     [](Machine&, Gpu& gpu, double t) { return 30 + mean_watts(gpu, t, 5.0) / 20; });
}

FAKE_NVML(nvmlDeviceGetMemoryInfo_v2, NvmlHandle device, NvmlMemoryV2* out) {
  if (out->version != kNvmlMemoryV2Version) return kNvmlArgumentVersionMismatch;
  return number_call("nvmlDeviceGetMemoryInfo_v2", device, &out->used, [&](Machine& m, Gpu&, double) {
    out->total = static_cast<std::uint64_t>(m.script.memory_total * 1048576);
    out->reserved = static_cast<std::uint64_t>(m.script.memory_reserved * 1048576);
    return m.script.memory_used * 1048576;
  });
}

FAKE_NVML(nvmlDeviceGetMemoryInfo, NvmlHandle device, NvmlMemoryV1* out) {
  return number_call("nvmlDeviceGetMemoryInfo", device, &out->used, [&](Machine& m, Gpu&, double) {
    out->total = static_cast<std::uint64_t>(m.script.memory_total * 1048576);
    return (m.script.memory_used + m.script.memory_reserved) * 1048576;
  });
}

FAKE_NVML(nvmlDeviceGetClockInfo, NvmlHandle device, int type, std::uint32_t* out) {
  return number_call("nvmlDeviceGetClockInfo", device, out, [&](Machine& m, Gpu&, double) {
    return type == kNvmlClockMemory ? m.script.memory_clock : m.script.sm_clock;
  });
}

FAKE_NVML(nvmlDeviceGetCurrentClocksEventReasons, NvmlHandle device, NvmlApi::Long* out) {
  return number_call("nvmlDeviceGetCurrentClocksEventReasons", device, out,
                     [](Machine&, Gpu& gpu, double t) { return share_of_load(gpu, t) > 0 ? 0 : 1; });
}

FAKE_NVML(nvmlDeviceGetCurrentClocksThrottleReasons, NvmlHandle device, NvmlApi::Long* out) {
  return number_call("nvmlDeviceGetCurrentClocksThrottleReasons", device, out,
                     [](Machine&, Gpu& gpu, double t) { return share_of_load(gpu, t) > 0 ? 0 : 1; });
}

FAKE_NVML(nvmlDeviceGetTotalEnergyConsumption, NvmlHandle device, NvmlApi::Long* out) {
  return number_call("nvmlDeviceGetTotalEnergyConsumption", device, out,
                     [](Machine&, Gpu& gpu, double t) { return counter_millijoules(gpu, t); });
}

FAKE_NVML(nvmlDeviceGetFieldValues, NvmlHandle device, int count, NvmlFieldValue* fields) {
  return device_call("nvmlDeviceGetFieldValues", device, [&](Machine& m, Gpu& gpu, double t) {
    for (int i = 0; i < count; ++i) fill_field(m, gpu, t, fields[i]);
    return kNvmlSuccess;
  });
}

FAKE_NVML(nvmlDeviceGetSamples, NvmlHandle device, int type, NvmlApi::Long last_seen_us, int* value_type, unsigned* count,
          NvmlSample* out) {
  return device_call("nvmlDeviceGetSamples", device, [&](Machine& m, Gpu& gpu, double t) {
    ++m.calls["samples:" + std::to_string(type)];
    if (type != kNvmlTotalPowerSamples) return kNvmlNotSupported;
    *value_type = gpu.ring.type;
    return give_samples(m, gpu, t, last_seen_us, count, out);
  });
}

FAKE_NVML(nvmlDeviceGetComputeRunningProcesses_v3, NvmlHandle device, unsigned* count, NvmlProcess* out) {
  return device_call("nvmlDeviceGetComputeRunningProcesses_v3", device,
                     [&](Machine&, Gpu& gpu, double) { return list_processes(gpu, count, out); });
}

FAKE_NVML(nvmlDeviceGetMigMode, NvmlHandle device, std::uint32_t* now, std::uint32_t* after_reset) {
  return device_call("nvmlDeviceGetMigMode", device, [&](Machine&, Gpu& gpu, double) {
    *now = *after_reset = gpu.mig_instances > 0 ? kNvmlMigEnabled : 0;
    return kNvmlSuccess;
  });
}

FAKE_NVML(nvmlDeviceGetMaxMigDeviceCount, NvmlHandle device, unsigned* count) {
  *count = 7;
  return device_call("nvmlDeviceGetMaxMigDeviceCount", device, [](Machine&, Gpu&, double) { return kNvmlSuccess; });
}

// The handle of an instance is that of its GPU and 256 times its number from 1.
FAKE_NVML(nvmlDeviceGetMigDeviceHandleByIndex, NvmlHandle device, unsigned index, NvmlHandle* instance) {
  return device_call("nvmlDeviceGetMigDeviceHandleByIndex", device, [&](Machine&, Gpu& gpu, double) {
    if (index >= gpu.mig_instances) return kNvmlNotFound;
    *instance = reinterpret_cast<NvmlHandle>(reinterpret_cast<std::uintptr_t>(device) + 256 * (index + 1ULL));
    return kNvmlSuccess;
  });
}

FAKE_NVML(nvmlDeviceGetMemoryBusWidth, NvmlHandle device, std::uint32_t* out) {
  return device_call("nvmlDeviceGetMemoryBusWidth", device, [&](Machine& m, Gpu&, double) {
    *out = m.script.bus_width;
    return m.script.bus_width == 0 ? kNvmlNotSupported : kNvmlSuccess;
  });
}
FAKE_NVML(nvmlDeviceGetNumGpuCores, NvmlHandle device, std::uint32_t* out) {
  return device_call("nvmlDeviceGetNumGpuCores", device, [&](Machine& m, Gpu&, double) {
    *out = m.script.cores;
    return m.script.cores == 0 ? kNvmlNotSupported : kNvmlSuccess;
  });
}

// A sample of the performance counters: when it was taken, of which GPU.
struct GpmSample {
  const Gpu* gpu = nullptr;
  double time = 0;
};

FAKE_NVML(nvmlGpmQueryDeviceSupport, NvmlHandle device, NvmlGpmSupport* support) {
  return device_call("nvmlGpmQueryDeviceSupport", device, [&](Machine&, Gpu& gpu, double) {
    support->is_supported = gpu.gpm.empty() ? 0 : 1;
    return kNvmlSuccess;
  });
}
FAKE_NVML(nvmlGpmSampleAlloc, NvmlHandle* sample) {
  *sample = new GpmSample;
  return kNvmlSuccess;
}
FAKE_NVML(nvmlGpmSampleFree, NvmlHandle sample) {
  delete static_cast<GpmSample*>(sample);
  return kNvmlSuccess;
}
FAKE_NVML(nvmlGpmSampleGet, NvmlHandle device, NvmlHandle sample) {
  return device_call("nvmlGpmSampleGet", device, [&](Machine&, Gpu& gpu, double t) {
    *static_cast<GpmSample*>(sample) = {&gpu, t};
    return kNvmlSuccess;
  });
}
FAKE_NVML(nvmlGpmMetricsGet, NvmlGpmMetricsGet* get) {
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  ++m.calls["nvmlGpmMetricsGet"];
  const auto* from = static_cast<const GpmSample*>(get->from);
  const auto* to = static_cast<const GpmSample*>(get->to);
  if (get->version != kNvmlGpmVersion || from->gpu == nullptr || from->gpu != to->gpu) return 2;
  for (std::uint32_t i = 0; i < get->count; ++i) {
    NvmlGpmMetric& metric = get->metrics[i];
    const auto code = to->gpu->gpm_codes.find(metric.id);
    const auto profile = to->gpu->gpm.find(metric.id);
    metric.code = code != to->gpu->gpm_codes.end() ? code->second : kNvmlSuccess;
    if (profile == to->gpu->gpm.end())
      metric.value = 0;
    else
      metric.value = (profile->second.joules(to->time) - profile->second.joules(from->time)) / (to->time - from->time);
  }
  return kNvmlSuccess;
}

FAKE_NVML(nvmlEventSetCreate, NvmlHandle* set) {
  *set = &machine();
  return kNvmlSuccess;
}
FAKE_NVML(nvmlEventSetFree, NvmlHandle) {
  return kNvmlSuccess;
}
FAKE_NVML(nvmlDeviceRegisterEvents, NvmlHandle device, NvmlApi::Long, NvmlHandle) {
  return device_call("nvmlDeviceRegisterEvents", device, [](Machine&, Gpu&, double) { return kNvmlSuccess; });
}
FAKE_NVML(nvmlEventSetWait_v2, NvmlHandle, NvmlEvent* event, unsigned) {
  constexpr int kTimeout = 10;
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  const double t = m.now();
  for (std::size_t i = 0; i < m.script.gpus.size(); ++i) {
    Gpu& gpu = m.script.gpus[i];
    if (gpu.xid_told || t < gpu.xid_from) continue;
    gpu.xid_told = true;
    *event = {reinterpret_cast<NvmlHandle>(i + 1), kNvmlEventXid, gpu.xid, 0, 0};
    return kNvmlSuccess;
  }
  return kTimeout;
}

extern "C" __attribute__((visibility("default"))) const char* nvmlErrorString(int code) {
  switch (code) {
    case kNvmlSuccess:
      return "Success";
    case kNvmlNotSupported:
      return "Not Supported";
    case kNvmlGpuIsLost:
      return "GPU is lost";
    default:
      return "Fake error";
  }
}

extern "C" __attribute__((visibility("default"))) void fake_nvml_set_clock(std::int64_t monotonic_ns,
                                                                           std::int64_t realtime_ns) {
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  m.clock_is_set = true;
  m.set_monotonic_ns = monotonic_ns;
  m.set_realtime_ns = realtime_ns;
  if (m.initialised) m.now();
}

extern "C" __attribute__((visibility("default"))) int fake_nvml_calls(const char* name) {
  Machine& m = machine();
  const std::lock_guard lock(m.mutex);
  return m.calls[name];
}
