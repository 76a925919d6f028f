// What a unit of a benchmark's own work took.
#pragma once

#include <optional>

#include "base/quantity.h"
#include "record/run_record.h"

namespace gpubench::record {

// What is not known is empty: all of it if the benchmark reports no work.
struct WorkRate {
  std::optional<double> per_second;    // over the time from the real start to the real end, start-up included
  std::optional<base::Energy> energy;  // of one unit, as what follows
  base::Energy comparative;            // half-widths of the energy, k = 2
  base::Energy absolute;
  std::optional<base::Emissions> emissions;
};

WorkRate work_rate(const RunRecord& run);
// Of one of several containers, with the energy of its own GPUs; its emissions are not known.
WorkRate work_rate(const PartRecord& part);

}  // namespace gpubench::record
