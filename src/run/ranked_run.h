// A run of one of several processes on a node: who measures, and what those do that do not.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/environment.h"
#include "cli/run_spec.h"
#include "parts/membership.h"
#include "parts/part.h"
#include "platform/signals.h"
#include "platform/terminal.h"
#include "ranks/company.h"
#include "record/run_record.h"
#include "workload/workload.h"

namespace gpubench::run {

// Of which job this process is a part, if of any.
base::Result<std::optional<parts::Membership>> membership_of(const cli::RunSpec& spec, const cli::Environment& environment);
// An error: this is one of several processes of a job, each of which would make a set of its own.
base::Result<void> check_no_rank(const cli::RunSpec& spec, const cli::Environment& environment);

// Of a part that is about to be measured.
parts::Part begun_part(const parts::Membership& member);
// The ranks that it recorded, on the wall clock of the run.
std::vector<parts::RankRun> rank_runs(const std::vector<ranks::RankEnd>& ends, const record::RunRecord& run);

record::Finding monitor_lost();
record::Finding nodes_not_measured(int nodes);

// Joins the others of this node. An error: they cannot be found, or this machine's GPUs cannot be seen.
base::Result<std::unique_ptr<ranks::Company>> join_company(const cli::RunSpec& spec, const parts::Membership& member,
                                                           int interrupt_fd);

// Runs the command with the others' start, measures nothing, and returns the exit code.
int run_unmeasured(const cli::RunSpec& spec, const parts::Membership& member, ranks::Company& company,
                   platform::SignalQueue& signals);

// A rank's output, unchanged, where its launcher expects it; a copy goes where copy_to() says, if to anywhere.
class PassThrough final : public workload::LogSink {
 public:
  void copy_to(workload::LogSink* log) { log_ = log; }
  void write(workload::LogStream stream, std::string_view bytes) override;

 private:
  workload::LogSink* log_ = nullptr;
  platform::Terminal out_;
  platform::Terminal err_{2};
};

// What a measured run knows of the others.
struct RankPlace {
  const parts::Membership& member;
  ranks::Company& company;
  PassThrough output = {};
};

}  // namespace gpubench::run
