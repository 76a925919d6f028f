// A run of one of several processes on a node: who measures, and what those do that do not.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "cli/environment.h"
#include "cli/run_spec.h"
#include "parts/membership.h"
#include "parts/part.h"
#include "platform/signals.h"
#include "ranks/company.h"
#include "record/run_record.h"

namespace gpubench::jobs {

// Of which job this process is a part, if of any.
base::Result<std::optional<parts::Membership>> membership_of(const cli::RunSpec& spec, const cli::Environment& environment);
// An error: this is one of several processes of a job, each of which would make a set of its own.
base::Result<void> check_no_rank(const cli::RunSpec& spec, const cli::Environment& environment);

// Of a part that is about to be measured.
parts::Part begun_part(const parts::Membership& member);
// The ranks that it recorded, on the wall clock of the run.
std::vector<parts::RankRun> rank_runs(const std::vector<ranks::RankEnd>& ends, const record::RunRecord& run);

record::Finding monitor_lost();

// Joins the others of this node. An error: they cannot be found, or this machine's GPUs cannot be seen.
base::Result<std::unique_ptr<ranks::Company>> join_company(const cli::RunSpec& spec, const parts::Membership& member,
                                                           int interrupt_fd);

// Runs the command with the others' start, measures nothing, and returns the exit code.
int run_unmeasured(const cli::RunSpec& spec, const parts::Membership& member, ranks::Company& company,
                   platform::SignalQueue& signals);

// Measures, if it is this process that does; at the end of the job's first rank its record is made. Returns the exit code.
int run_rank(const cli::RunSpec& spec, const cli::Environment& environment, const parts::Membership& member,
             platform::SignalQueue& signals);

// Prints nothing of its own.
cli::RunSpec silent(cli::RunSpec spec);

}  // namespace gpubench::jobs
