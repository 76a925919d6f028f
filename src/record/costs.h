// What a run emitted, by what a source of intensities says of its time.
#pragma once

#include <vector>

#include "carbon/answer.h"
#include "carbon/emissions.h"
#include "record/run_record.h"
#include "series/gpu_series.h"

namespace gpubench::record {

// Puts emissions, footprint and the doubt about them on a run's account, in place of those that are there.
void cost(RunRecord& run, const std::vector<series::GpuSeries>& series, const carbon::Answer& answer);

// Emissions of a run whose energy is known; exposed for tests.
carbon::EmissionsAccount account_emissions(const RunRecord& run, const std::vector<series::GpuSeries>& series,
                                           const std::vector<carbon::IntensitySlot>& slots,
                                           const carbon::YearlyFactor& fallback = carbon::great_britain());

}  // namespace gpubench::record
