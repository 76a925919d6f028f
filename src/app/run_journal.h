// What a run's journal says of the run in addition to its values: JSON in the journal's notes, described in docs/formats.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "carbon/intensity.h"
#include "record/measured.h"
#include "record/progress.h"
#include "record/run_record.h"
#include "workload/workload.h"

namespace gpubench::app {

// What the end of a run added that cannot be computed from its values.
struct RunClosing {
  std::vector<record::BenchmarkScore> scores;  // of each of several containers; else of the one
  std::string carbon_place;
  std::vector<carbon::IntensitySlot> intensities;
  std::vector<record::Finding> findings;  // all, as told
  record::ToolCost cost;
  record::ExportRecord exported;
  std::string invocation;
};

// The notes of a journal that there are.
struct JournalledRun {
  std::optional<record::RunFacts> facts;
  workload::WorkloadDescription workload;  // the latest: that of the end, if there was one
  std::optional<base::SteadyTime> started;
  std::optional<record::Measured> ended;
  std::vector<record::GpuEvents> events;  // one per GPU
  std::optional<RunClosing> closing;
};

std::string facts_note(const record::RunFacts& facts, const workload::WorkloadDescription& workload);
std::string started_note(base::SteadyTime time);
std::string ended_note(const record::Measured& measured);
// The grid and the emissions so far, for readers of the journal.
std::string carbon_note(base::SteadyTime time, const record::CarbonNow& carbon);
std::string closing_note(const record::RunRecord& run);

// Adds what a note says; one that is none of the above, or not whole, is ignored.
void take_note(JournalledRun& run, std::string_view note);

}  // namespace gpubench::app
