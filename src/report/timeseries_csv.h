// timeseries.csv (interval readings) and power.csv (the 50 Hz power samples). Columns in docs/formats.md.
#pragma once

#include <ostream>
#include <vector>

#include "record/run_record.h"
#include "series/gpu_series.h"

namespace gpubench::report {

void write_timeseries_csv(std::ostream& out, const record::RunRecord& run, const std::vector<series::GpuSeries>& series);
void write_power_csv(std::ostream& out, const record::RunRecord& run, const std::vector<series::GpuSeries>& series);

// phases.csv of a run with phases: each of them from its begin to its end.
void write_phases_csv(std::ostream& out, const record::RunRecord& run);

}  // namespace gpubench::report
