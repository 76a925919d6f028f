// What a GPU counts over its life, and who uses it: read at the start of a run, at its end and rarely between.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "meter/reading.h"

namespace gpubench::meter {

// How long the driver has throttled the GPU for each reason, since it was loaded.
struct ThrottleTimes {
  Field<base::Duration> software_power_cap = absent(Absent::unsupported);
  Field<base::Duration> software_thermal = absent(Absent::unsupported);
  Field<base::Duration> sync_boost = absent(Absent::unsupported);
  Field<base::Duration> board_limit = absent(Absent::unsupported);
  Field<base::Duration> reliability = absent(Absent::unsupported);
};

// Errors of the GPU's memory since the driver was loaded.
struct ErrorCounts {
  Field<std::uint64_t> corrected = absent(Absent::unsupported);      // by ECC, without harm
  Field<std::uint64_t> uncorrected = absent(Absent::unsupported);    // data were lost
  Field<std::uint64_t> remapped_rows = absent(Absent::unsupported);  // put out of use, over the board's life
};

// A process that has a context on the GPU, by its number on this host.
struct GpuProcess {
  unsigned id = 0;
  std::optional<base::Bytes> memory;  // empty: the driver does not report it
};

enum class EventScope : std::uint8_t {
  everything,
  users_and_events,  // no counts: for the time of the measurement
};

struct EventReading {
  base::SteadyTime time;
  ThrottleTimes throttled;
  ErrorCounts errors;
  Field<std::vector<GpuProcess>> processes = absent(Absent::unsupported);
  Field<std::vector<std::uint64_t>> xids = absent(Absent::unsupported);  // the driver's error events since the last reading
};

}  // namespace gpubench::meter
