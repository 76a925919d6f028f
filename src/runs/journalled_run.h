// What the notes of a run's journal hold, as far as they are there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "carbon/intensity.h"
#include "record/measured.h"
#include "record/run_record.h"
#include "workload/workload.h"

namespace gpubench::runs {

// What the end of a run added that cannot be computed from its values. Noted as soon as the benchmark has ended, and again
// when all that is waited for has come: the last one counts.
struct RunClosing {
  std::vector<std::optional<double>> scores;  // seconds; of each of several containers, else of the one
  std::vector<std::optional<record::Work>> works;
  std::string carbon_place;
  std::vector<carbon::IntensitySlot> intensities;
  std::vector<record::Finding> findings;  // all, as they were worded
  record::ToolCost cost;
  record::ExportRecord exported;
  std::string invocation;
  bool so_far = false;  // others were still waited for: an engine, a carbon source, a database
};

struct JournalledRun {
  std::optional<record::RunFacts> facts;
  workload::WorkloadDescription workload;  // the latest: that of the end, if there was one
  std::optional<base::SteadyTime> started;
  std::optional<record::Measured> ended;
  std::vector<record::GpuEvents> events;  // one per GPU
  std::optional<RunClosing> closing;
};

// The grid, and what the run emitted so far, while it lasts.
struct NotedCarbon {
  base::SteadyTime time;
  base::CarbonIntensity intensity;
  std::string kind;
  std::string source;
  std::optional<base::Emissions> emissions;  // since the benchmark's start
};

}  // namespace gpubench::runs
