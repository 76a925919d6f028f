// From what was measured to the account of the run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/carbon_lookup.h"
#include "app/measurement.h"
#include "app/score.h"
#include "app/workload_gpus.h"
#include "meter/gpu_meter.h"
#include "record/run_record.h"
#include "series/gpu_series.h"
#include "workload/workload.h"

namespace gpubench::app {

struct AccountInput {
  std::string run_id;
  std::string host;
  base::Duration interval{};
  base::ClockAnchor anchor;  // taken when the run started
  CarbonOptions carbon;
  const meter::GpuMeter* meter = nullptr;
  const workload::WorkloadDescription* workload = nullptr;
  const Measured* measured = nullptr;
  const std::vector<series::GpuSeries>* series = nullptr;
  std::vector<BenchmarkScore> scores;  // of each of several containers; else of the one
  WorkloadGpus gpus;
  std::vector<record::GpuEvents> events;  // one per GPU; empty: nothing was watched
  std::vector<record::Finding> findings;  // what was noticed on the way
};

// Energy, emissions, statistics and findings. `carbon` is asked for the run's half-hours.
record::RunRecord make_account(const AccountInput& input, CarbonLookup& carbon);

// Puts emissions and footprint on a run's account, by what a source answered, in place of those that are there.
void cost(record::RunRecord& run, const std::vector<series::GpuSeries>& series, const CarbonLookup::Answer& answer,
          const CarbonChoice& choice, const CarbonOptions& options);

// Emissions of a run whose energy is known; exposed for tests.
carbon::EmissionsAccount account_carbon(const record::RunRecord& run, const std::vector<series::GpuSeries>& series,
                                        const std::vector<carbon::IntensitySlot>& slots,
                                        const carbon::YearlyFactor& fallback = carbon::great_britain());

}  // namespace gpubench::app
