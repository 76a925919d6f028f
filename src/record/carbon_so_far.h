// What the run has emitted so far, while it lasts.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "carbon/lookup.h"
#include "record/progress.h"

namespace gpubench::record {

// Each interval's energy by the intensity that holds in its middle.
class CarbonSoFar {
 public:
  // `gpus`: positions of those that count. `lookup` must outlive it.
  CarbonSoFar(const carbon::Lookup& lookup, std::vector<std::size_t> gpus) : lookup_(lookup), gpus_(std::move(gpus)) {}
  // One interval, which ended at `time`, and the energy until then; empty before the benchmark's start. Asks no network.
  // While energy or intensity is not known, the emissions are not: a part that is missing is not 0.
  std::optional<CarbonNow> at(base::WallTime time, const std::optional<EnergyNow>& energy);

 private:
  [[nodiscard]] std::optional<carbon::IntensitySlot> intensity(base::WallTime time) const;
  bool count(base::WallTime time, std::optional<base::Energy> energy);

  const carbon::Lookup& lookup_;
  const std::vector<std::size_t> gpus_;
  std::optional<base::WallTime> counted_until_;
  base::Energy counted_;
  base::Emissions emissions_;
};

}  // namespace gpubench::record
