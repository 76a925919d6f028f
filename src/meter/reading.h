// What a meter reads. Plain values, trivially copyable so that they can be spooled to disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "meter/sensor_timing.h"

namespace gpubench::meter {

// Why a value is absent. Zero, unsupported and failed are three different things.
enum class Absent : std::uint8_t {
  unsupported,  // this GPU or driver does not offer it; will not change during a run
  failed,       // the call failed this time; may work the next
  gpu_lost,     // the GPU has fallen off the bus
};

template <class T>
using Field = tl::expected<T, Absent>;

inline tl::unexpected<Absent> absent(Absent why) {
  return tl::unexpected<Absent>(why);
}

// One GPU, as found at the start of a run. An empty optional means that the driver does not report it.
struct GpuDescription {
  int index = 0;     // the driver's index on this host
  std::string name;  // e.g. "NVIDIA H200"
  std::string uuid;  // e.g. "GPU-1b2c..."
  std::string pci_bus_id;
  std::optional<base::Power> power_limit;      // enforced when the run started
  std::optional<base::Power> max_power_limit;  // highest that could be set
  std::optional<base::Bytes> memory_total;
  std::optional<base::Frequency> max_sm_clock;
  std::optional<base::Frequency> max_memory_clock;
  std::optional<base::DataRate> memory_bandwidth{};            // of its own memory, by bus width and highest clock
  std::optional<base::OperationRate> fp32_rate{};              // of its cores at the highest clock; not of tensor cores
  std::optional<base::Temperature> max_operating_temperature;  // "GPU max operating"
  std::optional<base::Temperature> slowdown_temperature;
  std::optional<base::Temperature> shutdown_temperature;
  bool partitioned = false;  // divided by MIG: instances have their own memory and processors, but share the power
  std::vector<std::string> instances{};  // UUIDs of its MIG instances: "MIG-1b2c..."
  SensorTiming sensor{};
};

// Why the clocks are below their maximum: the driver's bits (nvml.h, nvmlClocksEventReason*).
struct ThrottleReasons {
  std::uint64_t bits = 0;
  static constexpr std::uint64_t gpu_idle = 0x1;
  static constexpr std::uint64_t application_clocks = 0x2;
  static constexpr std::uint64_t software_power_cap = 0x4;
  static constexpr std::uint64_t hardware_slowdown = 0x8;
  static constexpr std::uint64_t sync_boost = 0x10;
  static constexpr std::uint64_t software_thermal = 0x20;
  static constexpr std::uint64_t hardware_thermal = 0x40;
  static constexpr std::uint64_t hardware_power_brake = 0x80;
  static constexpr std::uint64_t display_clock = 0x100;
  friend bool operator==(ThrottleReasons, ThrottleReasons) = default;
};

// What the GPU was doing, as means of the time since the latest reading that has them. Only newer boards report it. It costs
// milliseconds, so readings in quick succession lack it.
struct Activity {
  Field<base::Ratio> sm = absent(Absent::unsupported);         // share of the multiprocessors' time with a warp
  Field<base::Ratio> occupancy = absent(Absent::unsupported);  // warps there are, of those that there could be
  Field<base::Ratio> tensor = absent(Absent::unsupported);     // share of the pipe's time, as those that follow
  Field<base::Ratio> fp64 = absent(Absent::unsupported);
  Field<base::Ratio> fp32 = absent(Absent::unsupported);
  Field<base::Ratio> fp16 = absent(Absent::unsupported);
  Field<base::Ratio> memory = absent(Absent::unsupported);        // share of the bandwidth of its own memory
  Field<base::DataRate> pcie_sent = absent(Absent::unsupported);  // by the GPU
  Field<base::DataRate> pcie_received = absent(Absent::unsupported);
  Field<base::DataRate> nvlink_sent = absent(Absent::unsupported);  // all links together
  Field<base::DataRate> nvlink_received = absent(Absent::unsupported);
};

// All interval values of one GPU at one moment.
struct GpuReading {
  base::SteadyTime time;                                         // middle of the calls
  Field<base::Ratio> utilization = absent(Absent::unsupported);  // share of the driver's last period with a kernel resident
  Field<base::Ratio> memory_utilization = absent(Absent::unsupported);  // share of it with memory being read or written
  Field<base::Power> power = absent(Absent::unsupported);               // the driver's own average (1 s on Ampere and newer)
  Field<base::Power> power_limit = absent(Absent::unsupported);         // enforced now
  Field<base::Temperature> temperature = absent(Absent::unsupported);   // GPU core
  Field<base::Bytes> memory_used = absent(Absent::unsupported);  // without the driver's reserve if the driver reports it
  Field<base::Frequency> sm_clock = absent(Absent::unsupported);
  Field<base::Frequency> memory_clock = absent(Absent::unsupported);
  Field<ThrottleReasons> throttle_reasons = absent(Absent::unsupported);
  Activity activity;
};

// Power samples further apart show no edge of a load.
inline constexpr base::Duration kFineSamples = std::chrono::milliseconds(60);

// One of the driver's power samples (20 ms apart on an H200), dated by the driver.
struct PowerSample {
  base::SteadyTime time;
  base::Power power;
};

// One reading of the energy counter. The call takes milliseconds, so both its ends are kept.
struct CounterReading {
  base::SteadyTime before;  // just before the call
  base::SteadyTime after;   // just after it
  base::Energy energy;      // since the driver was loaded
  [[nodiscard]] base::SteadyTime middle() const { return before + (after - before) / 2; }
};

}  // namespace gpubench::meter
