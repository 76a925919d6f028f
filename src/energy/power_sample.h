// Either power series as samples.
#pragma once

#include <optional>

#include "meter/reading.h"

namespace gpubench::energy {

inline std::optional<meter::PowerSample> to_sample(const meter::PowerSample& sample) {
  return sample;
}
inline std::optional<meter::PowerSample> to_sample(const meter::GpuReading& reading) {
  if (!reading.power) return std::nullopt;
  return meter::PowerSample{reading.time, *reading.power};
}

}  // namespace gpubench::energy
