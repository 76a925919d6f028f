// The figures of a GPU that its driver may tell, each once: for the formats that keep or show them.
#pragma once

#include "base/unit.h"
#include "meter/reading.h"

namespace gpubench::meter {

// visit(name, member, unit) of each; keys are name and unit: "power_limit_watts".
template <class Visit>
void for_each_limit(Visit&& visit) {
  visit("power_limit", &GpuDescription::power_limit, base::kWatts);
  visit("max_power_limit", &GpuDescription::max_power_limit, base::kWatts);
  visit("memory_total", &GpuDescription::memory_total, base::kBytes);
  visit("max_sm_clock", &GpuDescription::max_sm_clock, base::kMegahertz);
  visit("max_memory_clock", &GpuDescription::max_memory_clock, base::kMegahertz);
  visit("memory_bandwidth", &GpuDescription::memory_bandwidth, base::kBytesPerSecond);
  visit("fp32_rate", &GpuDescription::fp32_rate, base::kOperationsPerSecond);
  visit("max_operating", &GpuDescription::max_operating_temperature, base::kCelsius);
  visit("slowdown", &GpuDescription::slowdown_temperature, base::kCelsius);
  visit("shutdown", &GpuDescription::shutdown_temperature, base::kCelsius);
}

}  // namespace gpubench::meter
