#include "jobs/ranked_run.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/signal_name.h"
#include "base/try.h"
#include "base/version.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "gpus/workload_gpus.h"
#include "jobs/merge_job.h"
#include "meter/open.h"
#include "platform/clock.h"
#include "platform/process.h"
#include "platform/terminal.h"
#include "ranks/join.h"
#include "ranks/ranked_workload.h"
#include "run/part_place.h"
#include "run/run.h"
#include "workload/engine_choice.h"
#include "workload/open.h"

namespace gpubench::jobs {
namespace {

namespace fs = std::filesystem;

// A job's processes start within seconds of each other.
constexpr base::Duration kGatherFor = std::chrono::seconds(10);
constexpr base::Duration kRankPatience = std::chrono::milliseconds(500);

// What this process's driver shows, and what its benchmark may use of that.
base::Result<ranks::Hello> hello_of(const cli::RunSpec& spec, int rank, const platform::Clock& clock, int interrupt_fd) {
  std::unique_ptr<meter::GpuMeter> meter;
  meter::MeterSpec source = spec.meter;
  source.record_trace.clear();
  GPUBENCH_ASSIGN_OR_RETURN(meter, meter::open_meter(source, clock, interrupt_fd));
  gpus::WorkloadGpus own;
  GPUBENCH_ASSIGN_OR_RETURN(own, gpus::find_workload_gpus(spec.workload, meter->source(), meter->gpus()));
  ranks::Hello hello{rank, {}, {}};
  for (const meter::GpuDescription& gpu : meter->gpus()) hello.sees.push_back(gpu.uuid);
  for (const std::size_t position : own.positions) hello.own.push_back(meter->gpus()[position].uuid);
  meter->close();
  return hello;
}

// Jobs of one name in two results folders are two. Short: a socket's name has 107 bytes.
std::string name_here(const cli::RunSpec& spec, const parts::Membership& member) {
  std::error_code error;
  const fs::path folder = fs::weakly_canonical(fs::absolute(spec.results_dir, error), error);
  constexpr std::size_t kFolders = 1'000'000;
  return std::to_string(std::hash<std::string>()(folder.string()) % kFolders) + "/" + parts::id_of(member.group);
}

// As the launcher expects it: a signal's number after the benchmark was ended by it.
int exit_code(const workload::WorkloadOutcome& outcome, const std::optional<int>& signal) {
  if (signal) return cli::kSignalBase + *signal;
  return outcome.exit_code.value_or(cli::kCannotRun);
}

// What asks it to end: signals and --timeout.
class Ending {
 public:
  Ending(workload::Workload& workload, platform::SignalQueue& signals) : workload_(workload), signals_(signals) {}
  void act() {
    while (const auto signal = signals_.next_for_benchmark()) workload_.hand_on(*signal);
    while (const auto signal = signals_.next()) {
      if (signal_) {
        workload_.kill();
      } else {
        signal_ = signal;
        workload_.stop();
      }
    }
  }
  [[nodiscard]] std::optional<int> signal() const { return signal_; }

 private:
  workload::Workload& workload_;
  platform::SignalQueue& signals_;
  std::optional<int> signal_;
};

// A rank's output, unchanged, where its launcher expects it; a copy goes where copy_to() says, if to anywhere.
class PassThrough final : public workload::LogSink {
 public:
  void copy_to(workload::LogSink* log) { log_ = log; }
  void write(workload::LogStream stream, std::string_view bytes) override {
    (stream == workload::LogStream::out ? out_ : err_).write(bytes);
    if (log_ != nullptr) log_->write(stream, bytes);
  }

 private:
  workload::LogSink* log_ = nullptr;
  platform::Terminal out_;
  platform::Terminal err_{2};
};

class RankPlace final : public run::PartPlace {
 public:
  RankPlace(const parts::Membership& member, ranks::Company& company, base::Duration idle_roll)
      : run::PartPlace(begun_part(member)), rank_(member.rank), company_(company), idle_roll_(idle_roll) {}

  [[nodiscard]] bool is_rank() const override { return true; }
  void choose_gpus(gpus::WorkloadGpus& own, const std::vector<meter::GpuDescription>& all) const override {
    gpus::take_boards(own, company_.boards(), all);
  }
  std::unique_ptr<workload::Workload> place(std::unique_ptr<workload::Workload> workload, int interrupt_fd) override {
    return ranks::make_ranked_workload(std::move(workload), rank_, company_, {idle_roll_, interrupt_fd});
  }
  void know_processes(gpus::WorkloadProcesses& processes) const override {
    for (const int rank : company_.processes()) processes.first.push_back(rank);
  }
  workload::LogSink* output(workload::LogSink* log) override {
    output_.copy_to(log);
    return &output_;
  }
  void add_findings(record::RunRecord& run) const override {
    if (company_.lost_leader()) run.findings.emplace_back(monitor_lost());
  }

 private:
  void complete(parts::Part& part, const record::RunRecord& run) const override {
    part.ran = rank_runs(company_.ends(), run);
  }

  const int rank_;
  ranks::Company& company_;
  const base::Duration idle_roll_;
  PassThrough output_;
};

struct Ended {
  int code = cli::kCannotRun;
  std::optional<workload::WorkloadOutcome> outcome = {};
};

Ended follow(workload::Workload& workload, platform::SignalQueue& signals, const std::optional<base::Duration>& timeout,
             const platform::Clock& clock) {
  signals.allow(2);
  Ending ending(workload, signals);
  const auto deadline = timeout ? std::optional(clock.now() + *timeout) : std::nullopt;
  bool timed_out = false;
  for (;;) {
    ending.act();
    if (!timed_out && !ending.signal() && deadline && clock.now() >= *deadline) {
      timed_out = true;
      workload.stop();
    }
    const auto outcome = workload.poll(kRankPatience, signals.fd_of_all());
    if (!outcome) return {cli::complain(outcome.error(), cli::kCannotRun)};
    if (*outcome) return {timed_out ? cli::kTimedOut : exit_code(**outcome, ending.signal()), *outcome};
  }
}

}  // namespace

base::Result<std::optional<parts::Membership>> membership_of(const cli::RunSpec& spec, const cli::Environment& environment) {
  if (spec.part_of.alone) return std::optional<parts::Membership>();
  return parts::find_membership(environment.all, {spec.part_of.group, spec.part_of.rank, spec.part_of.ranks},
                                platform::host_name());
}

base::Result<void> check_no_rank(const cli::RunSpec& spec, const cli::Environment& environment) {
  const auto member = membership_of(spec, environment);
  if (!member) return base::failure(member.error());
  if (!*member) return {};
  return base::failure("this is process " + std::to_string((*member)->rank) + " of the " + std::to_string((*member)->ranks) +
                           " of the job " + (*member)->group + ", and a set of runs is made by one process",
                       "repeat the whole step, e.g. \"for i in 1 2 3; do srun ...; done\", and compare its records; or give "
                       "--alone: then each process makes a set of its own");
}

base::Result<std::unique_ptr<ranks::Company>> join_company(const cli::RunSpec& spec, const parts::Membership& member,
                                                           int interrupt_fd) {
  const platform::SystemClock clock;
  ranks::Hello hello;
  GPUBENCH_ASSIGN_OR_RETURN(hello, hello_of(spec, member.rank, clock, interrupt_fd));
  auto company = ranks::join(name_here(spec, member), member.node, hello, member.local_ranks);
  if (company) (*company)->gather(kGatherFor);
  return company;
}

int run_unmeasured(const cli::RunSpec& spec, const parts::Membership& member, ranks::Company& company,
                   platform::SignalQueue& signals) {
  const platform::SystemClock clock;
  PassThrough output;
  workload::WorkloadContext context;
  context.run_id = parts::id_of(member.group);
  context.gpus.resize(1);
  context.is_rank = true;
  context.gives_gpus = !spec.meter.source.starts_with("replay:");
  context.logs = {&output};
  context.interrupt_fd = signals.fd();
  const workload::BenchmarkSpec& benchmark = spec.workload.benchmarks.front();
  const bool is_daemons =
      benchmark.image && workload::engine_for(benchmark, spec.workload.environment) == workload::Engine::docker;
  if (spec.workload.benchmarks.size() != 1 || is_daemons)
    return cli::complain({"another process of the job on this node measures already, and this one is to run a container",
                          "start one container on each node (--ntasks-per-node=1), or measure each by itself with --alone"},
                         cli::kUsageError);
  auto workload = workload::open_workload(spec.workload, context, clock);
  if (!workload) return cli::complain(workload.error(), cli::kCannotRun);
  if (const auto ready = (*workload)->prepare(); !ready) return cli::complain(ready.error(), cli::kCannotRun);
  ranks::wait_for_go(company, {spec.idle_roll, signals.fd()});
  if (const auto signal = signals.next()) return cli::kSignalBase + *signal;
  if (const auto started = (*workload)->start(); !started) return cli::complain(started.error(), cli::kCannotRun);
  const Ended ended = follow(**workload, signals, spec.timeout, clock);
  if (ended.outcome) company.ended({member.rank, ended.outcome->ran, ended.outcome->exit_code, company.own_boards()});
  if (const auto removed = (*workload)->cleanup(); !removed) cli::complain(removed.error(), 0);
  if (company.lost_leader() && !spec.quiet)
    std::cerr << "iris-gpubench: the process that measured this node's GPUs has ended before rank " << member.rank << "\n";
  return ended.code;
}

int run_rank(const cli::RunSpec& spec, const cli::Environment& environment, const parts::Membership& member,
             platform::SignalQueue& signals) {
  const auto is_free = check_name_is_free(fs::path(spec.results_dir) / parts::id_of(member.group), member);
  if (!is_free) return cli::complain(is_free.error(), cli::kUsageError);
  const auto company = join_company(spec, member, signals.fd());
  if (!company) {
    const auto signal = signals.next();
    return cli::complain(company.error(), signal ? cli::kSignalBase + *signal : cli::kCannotRun);
  }
  if ((*company)->boards().empty() && !(*company)->leads()) return run_unmeasured(spec, member, **company, signals);
  RankPlace rank(member, **company, spec.idle_roll);
  run::Shared shared{signals};
  shared.part = &rank;
  const run::RunEnd end = run::run_once(silent(spec), environment, shared);
  if ((*company)->has_first_rank() && !end.run_id.empty()) finish_job(spec, environment.carbon, member, signals);
  return end.exit_code;
}

// Its output is the benchmark's alone: the job's tables are printed once, at the end.
cli::RunSpec silent(cli::RunSpec spec) {
  spec.quiet = true;
  spec.live.style = live::LiveStyle::none;
  spec.live.show_log = false;  // the rank's output passes through as it is
  return spec;
}

parts::Part begun_part(const parts::Membership& member) {
  parts::Part part;
  part.group = member.group;
  part.launcher = member.launcher;
  part.tool_version = base::kVersion;
  part.node = member.node;
  part.node_number = member.node_number;
  part.nodes = member.nodes;
  part.ranks = member.ranks;
  part.gpus_allocated = member.gpus_allocated;
  part.clock = parts::own_clock();
  return part;
}

std::vector<parts::RankRun> rank_runs(const std::vector<ranks::RankEnd>& ends, const record::RunRecord& run) {
  std::vector<parts::RankRun> all;
  for (const ranks::RankEnd& end : ends) {
    parts::RankRun one{end.rank, std::nullopt, std::nullopt, end.exit_code, end.own};
    if (end.ran != base::Window{}) {
      one.start = run.facts.anchor.to_wall(end.ran.start);
      one.end = run.facts.anchor.to_wall(end.ran.end);
    }
    all.push_back(std::move(one));
  }
  return all;
}

record::Finding monitor_lost() {
  return record::SavedFinding{
      "monitor_lost",
      "The process that led this node's ranks ended before them: what other ranks did after the end of "
      "this one is not known."};
}

}  // namespace gpubench::jobs
