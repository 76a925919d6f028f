// The parts of a job made into its account: read or recovered, put together, written.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "base/result.h"
#include "carbon/services.h"
#include "cli/run_spec.h"
#include "parts/job.h"
#include "parts/membership.h"
#include "platform/clock.h"
#include "platform/signals.h"
#include "report/spec.h"

namespace gpubench::jobs {

// Folders of parts: `folder` itself, those in its folder "nodes", or those in itself. Sorted.
std::vector<std::filesystem::path> part_folders(const std::filesystem::path& folder);

// A part that was killed is recovered from its journal first; one that is under way, or cannot be read, is missing.
base::Result<parts::Job> read_job(const std::vector<std::filesystem::path>& folders, const carbon::Services& services);

// An error: the job has a record, and this rank is in a part that has ended. So another job had this name.
base::Result<void> check_name_is_free(const std::filesystem::path& group_folder, const parts::Membership& member);

// Waits until each rank of the job is in a part that has ended, but not longer than `patience`, nor when `give_up` says so.
void wait_for_parts(const std::filesystem::path& group_folder, base::Duration patience, const platform::Clock& clock,
                    const std::function<bool(base::Duration)>& give_up);

// metrics.json, metrics.yml, formatted_metrics.txt, ranks.csv; report.html and the plot, where they are wanted. All are
// tried; the first error is returned, but a plot that cannot be drawn is only said. `interrupt_fd`: as of
// report::write_plot.
base::Result<void> write_job(const std::filesystem::path& folder, const parts::Job& job,
                             const report::OutputSpec& outputs = {}, int interrupt_fd = -1);

// The record of the parts that are there, with what Slurm says beside it, and its tables. A signal ends the wait for Slurm.
// Returns whether there is a record; what fails is said.
bool conclude_job(const cli::RunSpec& spec, const carbon::Services& services, const std::filesystem::path& folder,
                  platform::SignalQueue& signals);

// At the end of the first rank's run: waits for the others' parts and makes the job's record. A signal ends the wait. What
// fails is said; "iris-gpubench merge" does it again at any time.
void finish_job(const cli::RunSpec& spec, const carbon::Services& services, const parts::Membership& member,
                platform::SignalQueue& signals);

}  // namespace gpubench::jobs
