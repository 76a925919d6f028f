#include <algorithm>
#include <array>
#include <utility>

#include "meter/nvml/nvml_device.h"

namespace gpubench::meter {
namespace {

// NVML's longest text is 96 bytes with its end.
std::string text_of(int (*function)(NvmlHandle, char*, NvmlApi::Count), NvmlHandle device) {
  std::array<char, 128> text{};
  if (function == nullptr || function(device, text.data(), text.size() - 1) != kNvmlSuccess) return {};
  return text.data();
}

std::string pci_bus_id_of(const NvmlApi& api, NvmlHandle device) {
  NvmlPci pci;
  if (api.description.pci == nullptr || api.description.pci(device, &pci) != kNvmlSuccess) return {};
  return {pci.bus_id.begin(), std::find(pci.bus_id.begin(), pci.bus_id.end(), '\0')};
}

template <class Quantity>
std::optional<Quantity> quantity_of(const Field<std::uint32_t>& number, Quantity (*from)(double)) {
  if (!number) return {};
  return from(*number);
}

std::optional<base::Power> max_power_limit_of(const NvmlApi& api, NvmlHandle device) {
  std::uint32_t lowest = 0;
  OptionalCall<std::uint32_t*, std::uint32_t*> range(api.description.power_limit_range);
  return quantity_of(range.value<std::uint32_t>(device, &lowest), base::Power::from_milliwatts);
}

std::optional<base::Bytes> memory_total_of(const NvmlApi& api, NvmlHandle device) {
  NvmlMemoryV2 split;
  split.version = kNvmlMemoryV2Version;
  if (api.values.memory_v2 != nullptr && api.values.memory_v2(device, &split) == kNvmlSuccess &&
      split.total != kNvmlNoValue64) {
    return base::Bytes::from_bytes(static_cast<double>(split.total));
  }
  NvmlMemoryV1 plain;
  if (api.values.memory_v1 == nullptr || api.values.memory_v1(device, &plain) != kNvmlSuccess ||
      plain.total == kNvmlNoValue64)
    return {};
  return base::Bytes::from_bytes(static_cast<double>(plain.total));
}

std::optional<base::Frequency> max_clock_of(const NvmlApi& api, NvmlHandle device, int type) {
  OptionalCall<int, std::uint32_t*> clock(api.description.max_clock);
  return quantity_of(clock.value<std::uint32_t>(device, type), base::Frequency::from_megahertz);
}

std::optional<base::Temperature> threshold_of(const NvmlApi& api, NvmlHandle device, int threshold) {
  OptionalCall<int, std::uint32_t*> temperature(api.description.temperature_threshold);
  return quantity_of(temperature.value<std::uint32_t>(device, threshold), base::Temperature::from_celsius);
}

// Its memory moves data at both edges of the clock.
std::optional<base::DataRate> bandwidth_of(const NvmlApi& api, NvmlHandle device,
                                           const std::optional<base::Frequency>& clock) {
  OptionalCall<std::uint32_t*> width(api.description.memory_bus_width);
  const auto bits = width.value<std::uint32_t>(device);
  if (!bits || !clock) return {};
  return base::DataRate::from_bytes_per_second(*bits / 8.0 * 2 * clock->hertz());
}

// Each core multiplies and adds at each clock.
std::optional<base::OperationRate> fp32_rate_of(const NvmlApi& api, NvmlHandle device,
                                                const std::optional<base::Frequency>& clock) {
  OptionalCall<std::uint32_t*> cores(api.description.cores);
  const auto count = cores.value<std::uint32_t>(device);
  if (!count || !clock) return {};
  return base::OperationRate::from_per_second(*count * 2.0 * clock->hertz());
}

bool is_partitioned(const NvmlApi& api, NvmlHandle device) {
  std::uint32_t now = 0;
  std::uint32_t after_reset = 0;
  return api.description.mig_mode != nullptr && api.description.mig_mode(device, &now, &after_reset) == kNvmlSuccess &&
         now == kNvmlMigEnabled;
}

std::vector<std::string> instances_of(const NvmlApi& api, NvmlHandle device) {
  std::vector<std::string> uuids;
  NvmlApi::Count most = 0;
  if (api.description.mig_device == nullptr || api.description.max_mig_devices == nullptr) return uuids;
  if (api.description.max_mig_devices(device, &most) != kNvmlSuccess) return uuids;
  for (NvmlApi::Count i = 0; i < most; ++i) {
    NvmlHandle instance = nullptr;
    if (api.description.mig_device(device, i, &instance) != kNvmlSuccess) continue;  // that place is free
    if (std::string uuid = text_of(api.description.uuid, instance); !uuid.empty()) uuids.push_back(std::move(uuid));
  }
  return uuids;
}

}  // namespace

GpuDescription describe_gpu(const NvmlApi& api, NvmlHandle device, int index) {
  GpuDescription gpu;
  gpu.index = index;
  gpu.name = text_of(api.description.name, device);
  if (gpu.name.empty()) gpu.name = "NVIDIA GPU";
  gpu.uuid = text_of(api.description.uuid, device);
  gpu.pci_bus_id = pci_bus_id_of(api, device);
  OptionalCall<std::uint32_t*> enforced(api.description.enforced_power_limit);
  gpu.power_limit = quantity_of(enforced.value<std::uint32_t>(device), base::Power::from_milliwatts);
  gpu.max_power_limit = max_power_limit_of(api, device);
  gpu.memory_total = memory_total_of(api, device);
  gpu.max_sm_clock = max_clock_of(api, device, kNvmlClockSm);
  gpu.max_memory_clock = max_clock_of(api, device, kNvmlClockMemory);
  gpu.memory_bandwidth = bandwidth_of(api, device, gpu.max_memory_clock);
  gpu.fp32_rate = fp32_rate_of(api, device, gpu.max_sm_clock);
  gpu.max_operating_temperature = threshold_of(api, device, kNvmlThresholdGpuMax);
  gpu.slowdown_temperature = threshold_of(api, device, kNvmlThresholdSlowdown);
  gpu.shutdown_temperature = threshold_of(api, device, kNvmlThresholdShutdown);
  gpu.partitioned = is_partitioned(api, device);
  if (gpu.partitioned) gpu.instances = instances_of(api, device);
  return gpu;
}

}  // namespace gpubench::meter
