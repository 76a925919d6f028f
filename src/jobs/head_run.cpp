#include "jobs/head_run.h"

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "agents/crew.h"
#include "agents/head_workload.h"
#include "agents/launched.h"
#include "agents/slurm.h"
#include "base/environment.h"
#include "base/text.h"
#include "base/try.h"
#include "base/version.h"
#include "base/words.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "jobs/merge_job.h"
#include "jobs/ranked_run.h"
#include "platform/child_process.h"
#include "platform/clock.h"
#include "platform/process.h"
#include "platform/readable.h"
#include "platform/signals.h"
#include "run/part_place.h"
#include "run/run.h"

namespace gpubench::jobs {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr base::Duration kReadyWithin = 60s;    // beside the idle time: srun starts them, drivers are opened
constexpr base::Duration kReportsWithin = 10s;  // the agents make their parts' results
constexpr base::Duration kLeaveWithin = 10s;
constexpr std::size_t kLongestTrouble = 500;

std::string names_of(const std::vector<std::string>& nodes) {
  constexpr std::size_t kMost = 5;
  const std::vector<std::string> some(nodes.begin(),
                                      nodes.begin() + static_cast<std::ptrdiff_t>(std::min(nodes.size(), kMost)));
  return base::joined(some, ", ") + (nodes.size() > kMost ? " and " + std::to_string(nodes.size() - kMost) + " more" : "");
}

class HeadPlace final : public run::PartPlace {
 public:
  HeadPlace(parts::Part begun, agents::Crew& crew, const agents::SlurmJob& job, base::Duration stop_grace)
      : run::PartPlace(std::move(begun)), crew_(crew), job_(job), stop_grace_(stop_grace) {}

  std::unique_ptr<workload::Workload> place(std::unique_ptr<workload::Workload> workload, int interrupt_fd) override {
    return agents::make_head_workload(std::move(workload), {crew_, job_, stop_grace_, interrupt_fd, losses_}, clock_);
  }
  void add_findings(record::RunRecord& run) const override {
    if (losses_.nodes.empty()) return;
    run.findings.emplace_back(record::SavedFinding{
        "node_lost",
        "Slurm lost " + names_of(losses_.nodes) +
            " while the benchmark ran. What was used there is not known, and an exit status of 0 is not believed."});
  }
  [[nodiscard]] const agents::Losses& losses() const { return losses_; }

 private:
  void complete(parts::Part& part, const record::RunRecord& run) const override {
    const base::ClockAnchor& clock = run.facts.anchor;
    part.ran = {{0, clock.to_wall(run.ran.start), clock.to_wall(run.ran.end), run.benchmark.exit_code, {}}};
  }

  agents::Crew& crew_;
  const agents::SlurmJob& job_;
  const base::Duration stop_grace_;
  const platform::SystemClock clock_;
  agents::Losses losses_;
};

std::string node_of_head(const cli::Environment& environment) {
  const std::string node = base::variable_of(environment.all, "SLURMD_NODENAME");
  return node.empty() ? platform::host_name() : node;
}

parts::Part begun_part_of_head(const std::string& group, const agents::Allocation& allocation,
                               const cli::Environment& environment) {
  parts::Part part;
  part.group = group;
  part.launcher = "slurm";
  part.tool_version = base::kVersion;
  part.node = node_of_head(environment);
  part.nodes = static_cast<int>(allocation.nodes.size());
  part.ranks = 1;
  part.clock = parts::own_clock();
  part.head = true;
  part.ran.emplace_back();  // rank 0, of which no more is known until it has ended
  return part;
}

// A folder of its own in the results. Without --group the first free number of the job.
base::Result<std::string> make_group(const cli::RunSpec& spec, const agents::Allocation& allocation,
                                     const cli::Environment& environment) {
  const std::string cluster = base::variable_of(environment.all, "SLURM_CLUSTER_NAME");
  const std::string job = "slurm-" + (cluster.empty() ? "" : cluster + "-") + allocation.job + "-around-";
  constexpr int kMost = 10000;
  std::error_code error;
  fs::create_directories(spec.results_dir, error);
  for (int number = 1; !error && number <= kMost; ++number) {
    std::string group = spec.part_of.group.value_or(job + std::to_string(number));
    const fs::path folder = fs::path(spec.results_dir) / parts::id_of(group);
    if (fs::create_directory(folder, error)) return group;
    if (!error && spec.part_of.group)
      return base::failure("there is a job " + group + " in " + spec.results_dir + " already", "give another --group");
  }
  return base::failure("cannot make a folder in " + spec.results_dir + (error ? ": " + error.message() : ""),
                       "name a folder that all nodes share: --results-dir FOLDER");
}

std::vector<std::string> words_of_agent(const AgentLine& line, const cli::RunSpec& spec, const std::string& group) {
  std::vector<std::string> words = line.agent;
  words.insert(words.end(), {"--results_dir", fs::absolute(spec.results_dir).string(), "--group", group});
  if (!line.benchmark.empty()) words.emplace_back("--");
  words.insert(words.end(), line.benchmark.begin(), line.benchmark.end());
  return words;
}

std::vector<agents::Agent> agents_of(const agents::Allocation& allocation, const std::map<std::string, int>& gpus) {
  std::vector<agents::Agent> all;
  for (const std::string& node : allocation.nodes) {
    agents::Agent& agent = all.emplace_back();
    agent.node = node;
    if (const auto known = gpus.find(node); known != gpus.end()) agent.gpus_allocated = known->second;
  }
  return all;
}

std::vector<std::string> own_environment() {
  const std::vector<char*> all = platform::users_environment();
  return {all.begin(), all.end()};
}

// The benchmark as an ordinary run, but for the GPUs.
cli::RunSpec spec_of_head(cli::RunSpec spec) {
  spec.meter.source = "none";
  spec.idle_roll = {};
  spec.exports = false;
  spec.verbose = false;
  spec.live.style = live::LiveStyle::none;
  spec.outputs.plot = false;
  spec.outputs.html = false;
  spec.outputs.timeseries = report::TimeseriesFormat::none;
  return spec;
}

// Ends the agents, as what they say of trouble may come after their state. Without what srun says of their exit codes;
// what several agents say alike stands once.
std::string last_words_of(agents::Launched& channel) {
  channel.leave(kLeaveWithin);
  const std::string all = channel.trouble();
  std::set<std::string_view> lines;
  std::string text;
  for (const std::string_view line : base::split(all, '\n'))
    if (line.find(": Exited with exit code ") == std::string_view::npos && lines.insert(line).second)
      text.append(line).append("\n");
  text = base::one_line(base::trimmed(text), kLongestTrouble);
  return text.empty() ? "srun said nothing" : text;
}

base::Result<void> check_all_there(const std::vector<std::string>& missing, const std::string& what,
                                   agents::Launched& channel, const platform::SignalQueue& signals) {
  if (platform::is_readable(signals.fd())) return base::failure("a signal came before the benchmark was started");
  if (missing.empty()) return {};
  return base::failure("the agents on " + names_of(missing) + " " + what + ": " + last_words_of(channel),
                       "this must work in the job: srun --overlap --ntasks-per-node=1 iris-gpubench doctor");
}

// An agent whose clock is not known cannot be told when the benchmark starts.
base::Result<void> wait_until_ready(agents::Crew& crew, agents::Launched& channel, base::Duration patience,
                                    const platform::SignalQueue& signals) {
  crew.wait_for(agents::State::ready, patience, signals.fd());
  GPUBENCH_TRY(check_all_there(crew.nodes_short_of(agents::State::ready), "cannot measure", channel, signals));
  crew.compare_clocks(signals.fd());
  return check_all_there(crew.nodes_without_clock(), "do not answer, so their clocks are not known", channel, signals);
}

// All that is needed while the job is measured, in the order in which it is made.
class HeadRun {
 public:
  HeadRun(const cli::RunSpec& spec, const cli::Environment& environment, agents::Allocation allocation)
      : spec_(spec), environment_(environment), allocation_(std::move(allocation)), job_(allocation_.job) {}

  int go(const AgentLine& line) {
    const auto begun = begin(line);
    if (!begun) {
      const auto signal = signals_.next();
      leave();
      return cli::complain(begun.error(), signal ? cli::kSignalBase + *signal : cli::kCannotRun);
    }
    HeadPlace place(begun_part_of_head(group_, allocation_, environment_), *crew_, job_,
                    spec_.workload.benchmarks.front().stop_grace);
    run::Shared shared{signals_};
    shared.part = &place;
    const run::RunEnd end = run::run_once(spec_of_head(spec_), environment_, shared);
    if (!end.run_id.empty()) crew_->wait_for(agents::State::done, patience_at_the_end(), signals_.fd());
    leave();
    if (end.run_id.empty()) return end.exit_code;
    const bool recorded = conclude_job(spec_, environment_.carbon, folder_, signals_);
    return end.exit_code == 0 && !recorded ? cli::kCannotRun : end.exit_code;
  }

 private:
  base::Result<void> begin(const AgentLine& line) {
    GPUBENCH_ASSIGN_OR_RETURN(group_, make_group(spec_, allocation_, environment_));
    folder_ = fs::path(spec_.results_dir) / parts::id_of(group_);
    const auto gpus = job_.gpus();
    GPUBENCH_ASSIGN_OR_RETURN(
        channel_, agents::Launched::start(agents::agents_step(allocation_, gpus, words_of_agent(line, spec_, group_)),
                                          agents::environment_of_step(own_environment())));
    crew_.emplace(agents_of(allocation_, gpus), *channel_, clock_);
    return wait_until_ready(*crew_, *channel_, kReadyWithin + spec_.idle_roll, signals_);
  }

  // The agents see the idle GPUs once more before they have their parts.
  [[nodiscard]] base::Duration patience_at_the_end() const {
    return spec_.idle_roll + kReportsWithin + spec_.part_of.merge_wait +
           (spec_.exports ? spec_.exporting.drain : base::Duration());
  }

  // The agents end, those that have no part remove their folders.
  void leave() {
    if (channel_) channel_->leave(kLeaveWithin);
    channel_.reset();
    std::error_code ignored;  // a folder with parts stays
    if (!folder_.empty()) fs::remove(folder_ / "nodes", ignored);
    if (!folder_.empty()) fs::remove(folder_, ignored);
  }

  const cli::RunSpec& spec_;
  const cli::Environment& environment_;
  const agents::Allocation allocation_;
  const agents::SlurmJob job_;
  platform::SignalQueue signals_;  // before any thread
  platform::SystemClock clock_;
  std::string group_;
  fs::path folder_;
  std::unique_ptr<agents::Launched> channel_;
  std::optional<agents::Crew> crew_;
};

}  // namespace

int run_head(const cli::RunSpec& spec, const cli::Environment& environment, const AgentLine& line) {
  auto allocation = agents::allocation_in(environment.all);
  if (!allocation) return cli::complain(allocation.error(), cli::kUsageError);
  return HeadRun(spec, environment, *std::move(allocation)).go(line);
}

}  // namespace gpubench::jobs
