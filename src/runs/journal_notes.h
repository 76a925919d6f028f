// What a run's journal says of the run beside its values: JSON in the journal's notes, described in docs/formats.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "record/progress.h"
#include "record/run_record.h"
#include "runs/journalled_run.h"
#include "workload/workload.h"

namespace gpubench::runs {

// Without it nothing can be made of a journal, so it is repeated now and then.
std::string facts_note(const record::RunFacts& facts, workload::WorkloadDescription workload);
std::string started_note(base::SteadyTime time);
std::string ended_note(record::Measured measured);
std::string events_note(const std::vector<record::GpuEvents>& events);
// For those who follow the journal.
std::string carbon_note(base::SteadyTime time, const record::CarbonNow& carbon);
std::string closing_note(const record::RunRecord& run);
// Before all has come that is waited for.
std::string so_far_note(const record::RunRecord& run);

// Adds what a note says; one that is none of the above, or not whole, says nothing.
void take_note(JournalledRun& run, std::string_view note);
// What such a note says of the grid; empty: it is another note.
std::optional<NotedCarbon> carbon_in(std::string_view note);

}  // namespace gpubench::runs
