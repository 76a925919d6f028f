// The few declarations of NVML (C ABI of libnvidia-ml.so.1, LP64) that this adapter uses. Debian has no nvml.h, and building
// must not need a driver. Ids, layouts and codes are those of NVIDIA's public nvml.h, API 12 and 13.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace gpubench::meter {

using NvmlHandle = void*;  // nvmlDevice_t

// nvmlReturn_t
constexpr int kNvmlSuccess = 0;
constexpr int kNvmlNotSupported = 3;
constexpr int kNvmlNoPermission = 4;
constexpr int kNvmlNotFound = 6;
constexpr int kNvmlInsufficientSize = 7;
constexpr int kNvmlDriverNotLoaded = 9;
constexpr int kNvmlFunctionNotFound = 13;
constexpr int kNvmlGpuIsLost = 15;
constexpr int kNvmlVersionMismatch = 18;          // library and kernel module are of different versions
constexpr int kNvmlArgumentVersionMismatch = 25;  // the driver does not know this version of a struct
constexpr int kNvmlUnknown = 999;

// What the driver writes where it has no figure.
constexpr std::uint32_t kNvmlNoValue32 = 0xFFFFFFFFU;
constexpr std::uint64_t kNvmlNoValue64 = 0xFFFFFFFFFFFFFFFFULL;

constexpr std::uint32_t kNvmlFieldTotalEnergy = 83;    // mJ since the driver was loaded
constexpr std::uint32_t kNvmlFieldPowerAverage = 185;  // mW
constexpr int kNvmlTotalPowerSamples = 0;              // nvmlSamplingType_t, mW
constexpr int kNvmlClockSm = 1;                        // nvmlClockType_t, MHz
constexpr int kNvmlClockMemory = 2;
constexpr int kNvmlTemperatureGpu = 0;  // nvmlTemperatureSensors_t
constexpr int kNvmlThresholdShutdown = 0;
constexpr int kNvmlThresholdSlowdown = 1;
constexpr int kNvmlThresholdGpuMax = 3;

// nvmlValueType_t
constexpr int kNvmlDouble = 0;
constexpr int kNvmlUnsignedInt = 1;
constexpr int kNvmlUnsignedLong = 2;
constexpr int kNvmlUnsignedLongLong = 3;
constexpr int kNvmlSignedLongLong = 4;
constexpr int kNvmlSignedInt = 5;
constexpr int kNvmlUnsignedShort = 6;

union NvmlValue {
  std::uint64_t unsigned_64;  // also unsigned long
  double real;
  std::uint32_t unsigned_32;
  std::int64_t signed_64;
  std::int32_t signed_32;
  std::uint16_t unsigned_16;
};

struct NvmlFieldValue {
  std::uint32_t field_id = 0;
  std::uint32_t scope_id = 0;
  std::int64_t timestamp_us = 0;
  std::int64_t latency_us = 0;
  std::int32_t value_type = 0;
  std::int32_t code = 0;  // of this field; the call's own code says nothing about it
  NvmlValue value{};
};
static_assert(sizeof(NvmlFieldValue) == 40 && offsetof(NvmlFieldValue, value) == 32);

struct NvmlSample {
  std::uint64_t stamp_us = 0;  // since 1970, by this machine's wall clock
  NvmlValue value{};
};
static_assert(sizeof(NvmlSample) == 16);

struct NvmlMemoryV1 {
  std::uint64_t total = 0;
  std::uint64_t free = 0;
  std::uint64_t used = 0;  // with the driver's reserve
};
static_assert(sizeof(NvmlMemoryV1) == 24);

struct NvmlMemoryV2 {
  std::uint32_t version = 0;
  std::uint64_t total = 0;
  std::uint64_t reserved = 0;
  std::uint64_t free = 0;
  std::uint64_t used = 0;  // without the driver's reserve
};
static_assert(sizeof(NvmlMemoryV2) == 40);
constexpr std::uint32_t kNvmlMemoryV2Version = sizeof(NvmlMemoryV2) | (2U << 24U);

struct NvmlTemperature {
  std::uint32_t version = 0;
  std::int32_t sensor = kNvmlTemperatureGpu;
  std::int32_t celsius = 0;
};
static_assert(sizeof(NvmlTemperature) == 12);
constexpr std::uint32_t kNvmlTemperatureVersion = sizeof(NvmlTemperature) | (1U << 24U);

struct NvmlUtilization {
  std::uint32_t gpu = 0;  // per cent
  std::uint32_t memory = 0;
};
static_assert(sizeof(NvmlUtilization) == 8);

struct NvmlPci {
  std::array<char, 16> legacy_bus_id{};
  std::uint32_t domain = 0;
  std::uint32_t bus = 0;
  std::uint32_t device = 0;
  std::uint32_t device_id = 0;
  std::uint32_t subsystem_id = 0;
  std::array<char, 32> bus_id{};
};
static_assert(sizeof(NvmlPci) == 68);

// The library's functions. Null: this driver does not have it. All return an nvmlReturn_t.
struct NvmlApi {
  using Count = unsigned int;
  using Long = unsigned long long;
  int (*init)() = nullptr;
  int (*shutdown)() = nullptr;
  const char* (*error_string)(int) = nullptr;
  int (*driver_version)(char*, Count) = nullptr;
  int (*nvml_version)(char*, Count) = nullptr;
  int (*device_count)(Count*) = nullptr;
  int (*device_by_index)(Count, NvmlHandle*) = nullptr;
  int (*name)(NvmlHandle, char*, Count) = nullptr;
  int (*uuid)(NvmlHandle, char*, Count) = nullptr;
  int (*pci)(NvmlHandle, NvmlPci*) = nullptr;
  int (*enforced_power_limit)(NvmlHandle, std::uint32_t*) = nullptr;  // mW
  int (*power_limit_range)(NvmlHandle, std::uint32_t* min, std::uint32_t* max) = nullptr;
  int (*max_clock)(NvmlHandle, int type, std::uint32_t*) = nullptr;
  int (*temperature_threshold)(NvmlHandle, int threshold, std::uint32_t*) = nullptr;
  int (*utilization)(NvmlHandle, NvmlUtilization*) = nullptr;
  int (*power_usage)(NvmlHandle, std::uint32_t*) = nullptr;
  int (*temperature_versioned)(NvmlHandle, NvmlTemperature*) = nullptr;
  int (*temperature)(NvmlHandle, int sensor, std::uint32_t*) = nullptr;
  int (*memory_v2)(NvmlHandle, NvmlMemoryV2*) = nullptr;
  int (*memory_v1)(NvmlHandle, NvmlMemoryV1*) = nullptr;
  int (*clock)(NvmlHandle, int type, std::uint32_t*) = nullptr;
  int (*event_reasons)(NvmlHandle, Long*) = nullptr;
  int (*throttle_reasons)(NvmlHandle, Long*) = nullptr;  // the older name of event_reasons
  int (*total_energy)(NvmlHandle, Long*) = nullptr;      // mJ
  int (*field_values)(NvmlHandle, int count, NvmlFieldValue*) = nullptr;
  int (*samples)(NvmlHandle, int type, Long last_seen_us, int* value_type, Count* count, NvmlSample*) = nullptr;
};

}  // namespace gpubench::meter
