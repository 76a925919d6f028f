// A snapshot of a run under way, for the live view and the sinks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "carbon/intensity.h"
#include "meter/reading.h"

namespace gpubench::record {

// The grid at one moment of a run, and an estimate of what the run has emitted by then; the record's account is exact.
struct CarbonNow {
  carbon::IntensitySlot intensity;           // with kind and source
  std::optional<base::Emissions> emissions;  // since the benchmark's start, without PUE; empty: not started, or not known
};

struct Progress {
  std::size_t tick = 0;  // interval number, from 0
  base::WallTime time;
  std::vector<meter::GpuReading> readings;  // one per GPU
  std::optional<CarbonNow> carbon = {};     // empty: nobody knows the intensity
};

}  // namespace gpubench::record
