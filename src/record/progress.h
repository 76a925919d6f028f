// A snapshot of a run under way, for the live view and for who scrapes it.
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

// What each GPU has used since the benchmark's start, by the readings; the record's figures are the counters'.
struct EnergyNow {
  base::Duration time{};                          // that the benchmark ran, until the last reading
  std::vector<std::optional<base::Energy>> gpus;  // one per GPU; empty: a part of it is not known
  // Sum over the GPUs at these positions; empty where one is not known, or there are none.
  [[nodiscard]] std::optional<base::Energy> of(const std::vector<std::size_t>& positions) const;
};

// The phase that the benchmark is in, by its marks so far.
struct PhaseNow {
  std::string path;                      // "epoch/step"
  base::Duration time{};                 // since it began
  std::optional<base::Energy> energy{};  // since then, by the readings; empty: not known
};

struct Progress {
  std::size_t tick = 0;  // interval number, from 0
  base::WallTime time;
  std::vector<meter::GpuReading> readings;  // one per GPU
  std::optional<EnergyNow> energy = {};     // empty: the benchmark has not started
  std::optional<PhaseNow> phase = {};       // empty: it is in none
  std::optional<CarbonNow> carbon = {};     // empty: the intensity is not known
};

}  // namespace gpubench::record
