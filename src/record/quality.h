// How good the series are from which a GPU's figures come.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "base/quantity.h"
#include "base/time.h"
#include "series/gpu_series.h"

namespace gpubench::record {

// The driver's power samples within the run.
struct RingQuality {
  std::size_t samples = 0;
  std::size_t lost = 0;             // expected in the gaps by the usual spacing
  base::Duration spacing{};         // usual (median)
  base::Duration jitter{};          // standard deviation of the spacing, gaps left out
  std::optional<base::Power> peak;  // highest sample
};

struct SeriesQuality {
  RingQuality ring;
  base::Duration reading_jitter{};  // standard deviation of the distance of interval readings
  std::size_t readings_without_power = 0;
  std::size_t counter_readings = 0;
  std::size_t counter_restarts = 0;  // times the energy counter fell, from before the run until after it
};

// One pass, constant memory.
RingQuality ring_quality(const series::Series<meter::PowerSample>& power, base::Window run);

// The driver's utilisation is that of the time just before a reading: what is read sooner after the start than that is of
// the time before the run.
inline bool utilization_is_of(base::Window run, const meter::GpuReading& reading) {
  constexpr base::Duration kLookedBackOver = std::chrono::milliseconds(200);
  return reading.time - run.start >= kLookedBackOver && reading.time <= run.end;
}

// How busy the GPU was by its readings. A reading covers the time since the one before it, the last one of the run also the
// rest of it: readings after the run say nothing of it.
struct Utilized {
  base::Duration time{};        // with utilisation above 0
  base::Ratio share_of_energy;  // of the run's, within that time: by the power samples; without any by the readings' power
};
// Empty: no reading of the run says its utilisation. `series` has readings.
std::optional<Utilized> utilized(const series::GpuSeries& series, base::Window run);

SeriesQuality series_quality(const series::GpuSeries& series, base::Window run);

}  // namespace gpubench::record
