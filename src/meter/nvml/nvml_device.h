// One GPU as NVML shows it.
#pragma once

#include "meter/nvml/gpm_activity.h"
#include "meter/nvml/nvml_api.h"
#include "meter/nvml/optional_call.h"
#include "meter/nvml/power_ring.h"
#include "meter/reading.h"
#include "platform/clock.h"

namespace gpubench::meter {

// What the driver reports of a GPU that does not change during a run.
GpuDescription describe_gpu(const NvmlApi& api, NvmlHandle device, int index);

// Reads one GPU. Remembers which calls this GPU does not support; failed ones are tried again each time.
class NvmlDevice {
 public:
  NvmlDevice(const NvmlApi& api, NvmlHandle device, const platform::Clock& clock);

  GpuReading read();  // does not allocate
  Field<CounterReading> read_energy_counter();
  Field<std::vector<PowerSample>> drain_power() { return ring_.drain(); }

 private:
  void read_utilization(GpuReading& reading);
  Field<base::Power> read_power();
  Field<base::Temperature> read_temperature();
  Field<base::Bytes> read_memory_used();
  Field<base::Frequency> read_clock(int type);
  Field<ThrottleReasons> read_throttle_reasons();

  NvmlHandle device_;
  const platform::Clock& clock_;
  OptionalCall<NvmlUtilization*> utilization_;
  OptionalCall<std::uint32_t*> power_usage_;
  OptionalField power_average_;
  OptionalCall<std::uint32_t*> enforced_power_limit_;
  OptionalCall<NvmlTemperature*> temperature_versioned_;
  OptionalCall<int, std::uint32_t*> temperature_;
  OptionalCall<NvmlMemoryV2*> memory_v2_;
  OptionalCall<NvmlMemoryV1*> memory_v1_;
  OptionalCall<int, std::uint32_t*> sm_clock_;
  OptionalCall<int, std::uint32_t*> memory_clock_;
  OptionalCall<NvmlApi::Long*> event_reasons_;
  OptionalCall<NvmlApi::Long*> throttle_reasons_;
  OptionalCall<NvmlApi::Long*> total_energy_;
  OptionalField total_energy_field_;
  PowerRing ring_;
  GpmActivity activity_;
};

}  // namespace gpubench::meter
