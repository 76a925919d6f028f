// What a run's journal says of the run in addition to its values: JSON in the journal's notes, described in docs/formats.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/carbon_options.h"
#include "app/measurement.h"
#include "app/score.h"
#include "app/workload_gpus.h"
#include "base/time.h"
#include "carbon/intensity.h"
#include "meter/gpu_meter.h"
#include "record/progress.h"
#include "record/run_record.h"
#include "workload/workload.h"

namespace gpubench::app {

// Known before the start.
struct RunIdentity {
  std::string run_id;
  std::string tool_version;
  std::string host;
  base::Duration interval{};
  base::ClockAnchor anchor;
  std::string carbon_region;  // as the option has it
  CarbonOptions carbon;
  meter::MeterSource source;
  std::vector<meter::GpuDescription> gpus;
  WorkloadGpus workload_gpus;
};

// What the end of a run added that cannot be computed from its values.
struct RunClosing {
  std::vector<BenchmarkScore> scores;  // of each of several containers; else of the one
  std::string carbon_place;
  std::vector<carbon::IntensitySlot> intensities;
  std::vector<record::Finding> findings;  // all, as told
  record::ToolCost cost;
  record::ExportRecord exported;
  std::string invocation;
};

// The notes of a journal that there are.
struct JournalledRun {
  std::optional<RunIdentity> identity;
  workload::WorkloadDescription workload;
  std::optional<base::SteadyTime> started;
  std::optional<Measured> ended;
  std::vector<record::GpuEvents> events;  // one per GPU
  std::optional<RunClosing> closing;
};

std::string identity_note(const RunIdentity& run, const workload::WorkloadDescription& workload);
std::string started_note(base::SteadyTime time);
std::string ended_note(const Measured& measured, const workload::WorkloadDescription& workload);
// The grid and the emissions so far, for readers of the journal.
std::string carbon_note(base::SteadyTime time, const record::CarbonNow& carbon);
std::string closing_note(const record::RunRecord& run);

// Adds what a note says; one that is none of the above, or not whole, is ignored.
void take_note(JournalledRun& run, std::string_view note);

}  // namespace gpubench::app
