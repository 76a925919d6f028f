// A snapshot of a run under way, for the live view and the sinks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "meter/reading.h"

namespace gpubench::record {

struct Progress {
  std::size_t tick = 0;  // interval number, from 0
  base::WallTime time;
  std::vector<meter::GpuReading> readings;  // one per GPU
};

}  // namespace gpubench::record
