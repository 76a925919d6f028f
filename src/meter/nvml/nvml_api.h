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

// What the driver writes if it has no value.
constexpr std::uint32_t kNvmlNoValue32 = 0xFFFFFFFFU;
constexpr std::uint64_t kNvmlNoValue64 = 0xFFFFFFFFFFFFFFFFULL;

constexpr std::uint32_t kNvmlFieldTotalEnergy = 83;    // mJ since the driver was loaded
constexpr std::uint32_t kNvmlFieldPowerAverage = 185;  // mW
// How long the clocks were throttled, in nanoseconds since the driver was loaded. The ids of hardware slowdowns (since
// driver 575) differ between the headers of different versions and are not read: those come from the readings.
constexpr std::uint32_t kNvmlFieldHeldByPowerCap = 74;
constexpr std::uint32_t kNvmlFieldHeldByHeat = 75;
constexpr std::uint32_t kNvmlFieldHeldBySyncBoost = 76;
constexpr std::uint32_t kNvmlFieldHeldByBoardLimit = 77;
constexpr std::uint32_t kNvmlFieldHeldByReliability = 79;
constexpr std::uint32_t kNvmlFieldEccCorrected = 3;  // since the driver was loaded
constexpr std::uint32_t kNvmlFieldEccUncorrected = 4;
constexpr std::uint32_t kNvmlFieldRowsRemappedCorrected = 142;  // over the board's life
constexpr std::uint32_t kNvmlFieldRowsRemappedUncorrected = 143;
constexpr std::uint64_t kNvmlEventXid = 8;
constexpr std::uint32_t kNvmlMigEnabled = 1;
constexpr int kNvmlTotalPowerSamples = 0;  // nvmlSamplingType_t, mW
constexpr int kNvmlClockSm = 1;            // nvmlClockType_t, MHz
constexpr int kNvmlClockMemory = 2;
constexpr int kNvmlTemperatureGpu = 0;  // nvmlTemperatureSensors_t
constexpr int kNvmlThresholdShutdown = 0;
constexpr int kNvmlThresholdSlowdown = 1;
constexpr int kNvmlThresholdGpuMax = 3;
// nvmlGpmMetricId_t: means of the time between two samples, in per cent or MiB/s.
constexpr std::uint32_t kNvmlGpmSmActivity = 2;
constexpr std::uint32_t kNvmlGpmSmOccupancy = 3;
constexpr std::uint32_t kNvmlGpmTensor = 5;
constexpr std::uint32_t kNvmlGpmMemory = 10;
constexpr std::uint32_t kNvmlGpmFp64 = 11;
constexpr std::uint32_t kNvmlGpmFp32 = 12;
constexpr std::uint32_t kNvmlGpmFp16 = 13;
constexpr std::uint32_t kNvmlGpmPcieSent = 20;
constexpr std::uint32_t kNvmlGpmPcieReceived = 21;
constexpr std::uint32_t kNvmlGpmNvlinkReceived = 60;
constexpr std::uint32_t kNvmlGpmNvlinkSent = 61;
constexpr std::size_t kNvmlGpmMetrics = 11;
constexpr std::uint32_t kNvmlGpmVersion = 1;  // of both structs

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
  // Of power and energy, 0 is the GPU alone. 1 would be the module (of a Grace Hopper with its processor and memory): never
  // asked for, nor its samples (sampling type 7).
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

struct NvmlProcess {
  std::uint32_t id = 0;
  std::uint64_t used_memory = 0;  // bytes
  std::uint32_t gpu_instance = 0;
  std::uint32_t compute_instance = 0;
};
static_assert(sizeof(NvmlProcess) == 24 && offsetof(NvmlProcess, used_memory) == 8);

struct NvmlEvent {
  NvmlHandle device = nullptr;
  std::uint64_t type = 0;
  std::uint64_t data = 0;  // of an XID its number
  std::uint32_t gpu_instance = 0;
  std::uint32_t compute_instance = 0;
};
static_assert(sizeof(NvmlEvent) == 32);

struct NvmlGpmSupport {
  std::uint32_t version = kNvmlGpmVersion;
  std::uint32_t is_supported = 0;
};
static_assert(sizeof(NvmlGpmSupport) == 8);

struct NvmlGpmMetric {
  std::uint32_t id = 0;
  std::int32_t code = 0;  // of this metric; the call's own code says nothing about it
  double value = 0;
  std::array<const char*, 3> names{};  // short name, long name, unit
};
static_assert(sizeof(NvmlGpmMetric) == 40 && offsetof(NvmlGpmMetric, value) == 8);

// The driver touches only so many metrics as are asked for, however long its own header has the array.
struct NvmlGpmMetricsGet {
  std::uint32_t version = kNvmlGpmVersion;
  std::uint32_t count = 0;
  NvmlHandle from = nullptr;  // nvmlGpmSample_t
  NvmlHandle to = nullptr;
  std::array<NvmlGpmMetric, kNvmlGpmMetrics> metrics{};
};
static_assert(offsetof(NvmlGpmMetricsGet, metrics) == 24);

// The library's functions. Null: this driver does not have it. All return an nvmlReturn_t.
struct NvmlApi {
  using Count = unsigned int;
  using Long = unsigned long long;
  // Of the library and its devices.
  struct System {
    int (*init)() = nullptr;
    int (*shutdown)() = nullptr;
    const char* (*error_string)(int) = nullptr;
    int (*driver_version)(char*, Count) = nullptr;
    int (*nvml_version)(char*, Count) = nullptr;
    int (*device_count)(Count*) = nullptr;
    int (*device_by_index)(Count, NvmlHandle*) = nullptr;
  } system;
  // What a device is, which does not change.
  struct Description {
    int (*name)(NvmlHandle, char*, Count) = nullptr;
    int (*uuid)(NvmlHandle, char*, Count) = nullptr;
    int (*pci)(NvmlHandle, NvmlPci*) = nullptr;
    int (*enforced_power_limit)(NvmlHandle, std::uint32_t*) = nullptr;  // mW
    int (*power_limit_range)(NvmlHandle, std::uint32_t* min, std::uint32_t* max) = nullptr;
    int (*max_clock)(NvmlHandle, int type, std::uint32_t*) = nullptr;
    int (*temperature_threshold)(NvmlHandle, int threshold, std::uint32_t*) = nullptr;
    int (*memory_bus_width)(NvmlHandle, std::uint32_t* bits) = nullptr;
    int (*cores)(NvmlHandle, std::uint32_t*) = nullptr;
    int (*mig_mode)(NvmlHandle, std::uint32_t* now, std::uint32_t* after_reset) = nullptr;
    int (*max_mig_devices)(NvmlHandle, Count*) = nullptr;
    int (*mig_device)(NvmlHandle, Count, NvmlHandle*) = nullptr;
  } description;
  // What it measures.
  struct Values {
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
  } values;
  // GPU performance monitoring (GPM).
  struct Activity {
    int (*support)(NvmlHandle, NvmlGpmSupport*) = nullptr;
    int (*sample_alloc)(NvmlHandle*) = nullptr;
    int (*sample_free)(NvmlHandle) = nullptr;
    int (*sample_get)(NvmlHandle device, NvmlHandle sample) = nullptr;
    int (*metrics_get)(NvmlGpmMetricsGet*) = nullptr;
  } activity;
  // Who uses it, and what happens to it.
  struct Events {
    int (*compute_processes)(NvmlHandle, Count*, NvmlProcess*) = nullptr;
    int (*graphics_processes)(NvmlHandle, Count*, NvmlProcess*) = nullptr;
    int (*mps_processes)(NvmlHandle, Count*, NvmlProcess*) = nullptr;
    int (*event_set_create)(NvmlHandle*) = nullptr;
    int (*event_set_free)(NvmlHandle) = nullptr;
    int (*register_events)(NvmlHandle device, Long types, NvmlHandle set) = nullptr;
    int (*event_set_wait)(NvmlHandle set, NvmlEvent*, Count timeout_ms) = nullptr;
  } events;
};

}  // namespace gpubench::meter
