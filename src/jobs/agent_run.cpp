#include "jobs/agent_run.h"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include "agents/agent_workload.h"
#include "agents/answering.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "jobs/ranked_run.h"
#include "platform/clock.h"
#include "platform/process.h"
#include "platform/signals.h"
#include "run/part_place.h"
#include "run/run.h"

namespace gpubench::jobs {
namespace {

namespace fs = std::filesystem;

class AgentPlace final : public run::PartPlace {
 public:
  AgentPlace(parts::Part begun, fs::path job, agents::Answering& head, const platform::Clock& clock)
      : run::PartPlace(std::move(begun)), job_(std::move(job)), head_(head), clock_(clock) {}

  std::unique_ptr<workload::Workload> place(std::unique_ptr<workload::Workload> workload, int interrupt_fd) override {
    return agents::make_agent_workload(std::move(workload), head_, clock_, interrupt_fd);
  }
  // The head's command has that folder's name in its environment, and srun hands it on.
  void know_processes(gpus::WorkloadProcesses& processes) const override {
    const fs::path results = fs::absolute(job_ / "nodes" / parts::kHeadFolder / "benchmark_results");
    processes.variable = gpus::processes_of({}, results).variable;
  }
  void add_findings(record::RunRecord& run) const override {
    if (!head_.ended())
      run.findings.emplace_back(record::SavedFinding{"head_lost",
                                                     "The program that started the benchmark was not heard of again: when "
                                                     "the benchmark ended, and how, is not known."});
  }

 private:
  void complete(parts::Part& part, const record::RunRecord& /*run*/) const override {
    std::optional<agents::ClockOffset> clock;
    if (const auto began = head_.began()) {
      clock = began->clock;
      if (began->gpus_allocated) part.gpus_allocated = began->gpus_allocated;
    }
    if (const auto ended = head_.ended()) clock = ended->clock;
    if (clock) part.clock_offset = parts::ClockOffset{clock->wall, clock->bound, clock->change};
  }

  const fs::path job_;
  agents::Answering& head_;
  const platform::Clock& clock_;
};

parts::Part begun_part_of(const parts::Membership& member) {
  parts::Part part = begun_part(member);
  part.agent = true;
  part.ranks = 1;  // the benchmark, which is the head's
  return part;
}

// The head has made it.
base::Result<void> check_shared(const fs::path& job) {
  std::error_code error;
  if (fs::is_directory(job, error)) return {};
  return base::failure("there is no folder " + job.string() + " on " + platform::host_name(),
                       "--results-dir must name a folder that all nodes of the job share");
}

// Until the head lets it go.
void stay(const agents::Answering& head, platform::SignalQueue& signals) {
  constexpr base::Duration kBetweenLooks = std::chrono::milliseconds(20);
  while (!head.is_alone())
    if (signals.wait(kBetweenLooks)) return;
}

}  // namespace

int run_agent(const cli::RunSpec& spec, const cli::Environment& environment) {
  const auto member = membership_of(spec, environment);
  if (!member) return cli::complain(member.error(), cli::kUsageError);
  if (!*member || !(*member)->node_number)
    return cli::complain({"an agent is started by iris-gpubench --nodes", "see iris-gpubench --help-all"}, cli::kUsageError);
  const platform::SystemClock clock;
  platform::SignalQueue signals;  // before any thread
  agents::Answering head(*(*member)->node_number, STDIN_FILENO, STDOUT_FILENO, clock);
  const fs::path job = fs::path(spec.results_dir) / parts::id_of((*member)->group);
  AgentPlace place(begun_part_of(**member), job, head, clock);
  run::Shared shared{signals};
  shared.part = &place;
  const auto there = check_shared(job);
  if (!there) cli::complain(there.error(), cli::kCannotRun);
  const bool has_part = there && !run::run_once(silent(spec), environment, shared).run_id.empty();
  head.set(has_part ? agents::State::done : agents::State::failed);
  stay(head, signals);
  return has_part ? 0 : cli::kCannotRun;
}

}  // namespace gpubench::jobs
