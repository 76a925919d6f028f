#include "agents/head_workload.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "base/try.h"

namespace gpubench::agents {
namespace {

using workload::WorkloadOutcome;

constexpr base::Duration kToldAtTheStart = std::chrono::seconds(1);  // the benchmark's output waits meanwhile
constexpr base::Duration kToldAtTheEnd = std::chrono::seconds(12);   // above the silence that makes an agent lost
constexpr base::Duration kStepsGoneWithin = std::chrono::seconds(5);

class HeadWorkload final : public workload::Workload {
 public:
  HeadWorkload(std::unique_ptr<workload::Workload> command, const HeadPlan& plan, const platform::Clock& clock)
      : command_(std::move(command)), plan_(plan), clock_(clock) {}

  base::Result<void> prepare() override { return command_->prepare(); }
  [[nodiscard]] const workload::WorkloadDescription& description() const override { return command_->description(); }
  base::Result<void> start() override;
  base::Result<std::optional<WorkloadOutcome>> poll(base::Duration timeout, int wake_fd) override;
  void hand_on(int signal) override;
  void stop() override;
  void kill() override;
  base::Result<bool> collect_results(const std::filesystem::path& directory) override {
    return command_->collect_results(directory);
  }
  base::Result<void> cleanup() override;

 private:
  [[nodiscard]] std::vector<std::string> own_steps() const;
  bool signal_steps(const char* name) const;
  void end_steps();
  void clear_steps() const;
  void conclude(WorkloadOutcome& outcome);
  void find_losses();

  std::unique_ptr<workload::Workload> command_;
  const HeadPlan plan_;
  const platform::Clock& clock_;
  base::SteadyTime start_;
  // Steps that were there before, the agents' among them. Empty: they are not known, so none is signalled.
  std::set<std::string> others_;
  std::optional<base::SteadyTime> end_steps_at_;  // they have been asked to end
  bool stopped_ = false;
};

base::Result<void> HeadWorkload::start() {
  others_ = plan_.job.steps().value_or(std::set<std::string>());
  start_ = clock_.now();
  GPUBENCH_TRY(command_->start());
  plan_.crew.begin(start_, kToldAtTheStart, plan_.interrupt_fd);
  return {};
}

base::Result<std::optional<WorkloadOutcome>> HeadWorkload::poll(base::Duration timeout, int wake_fd) {
  if (end_steps_at_ && clock_.now() >= *end_steps_at_) end_steps();
  if (end_steps_at_) timeout = std::min(timeout, std::max(*end_steps_at_ - clock_.now(), base::Duration::zero()));
  auto outcome = command_->poll(timeout, wake_fd);
  if (outcome && *outcome) conclude(**outcome);
  return outcome;
}

std::vector<std::string> HeadWorkload::own_steps() const {
  std::vector<std::string> own;
  if (others_.empty()) return own;
  const auto all = plan_.job.steps().value_or(std::set<std::string>());
  std::set_difference(all.begin(), all.end(), others_.begin(), others_.end(), std::back_inserter(own));
  return own;
}

// False: there are none, as far as is known.
bool HeadWorkload::signal_steps(const char* name) const {
  const auto steps = own_steps();
  for (const std::string& step : steps) signal_step(step, name);
  return !steps.empty();
}

void HeadWorkload::hand_on(int signal) {
  // srun hands both on to its tasks by itself.
  command_->hand_on(signal);
}

// srun that gets SIGTERM kills its tasks within milliseconds, so they are asked to end before it is.
void HeadWorkload::stop() {
  stopped_ = true;
  if (signal_steps("TERM"))
    end_steps_at_ = clock_.now() + plan_.stop_grace;
  else
    command_->stop();
}

void HeadWorkload::end_steps() {
  end_steps_at_.reset();
  signal_steps("KILL");
  command_->stop();
}

void HeadWorkload::kill() {
  stopped_ = true;
  end_steps_at_.reset();
  signal_steps("KILL");
  command_->kill();
}

void HeadWorkload::conclude(WorkloadOutcome& outcome) {
  outcome.stopped_by_us = outcome.stopped_by_us || stopped_;
  plan_.crew.compare_clocks(plan_.interrupt_fd);
  find_losses();
  // srun ends with 0 where the rest of the job went on without a node (--no-kill).
  if (!plan_.losses.nodes.empty() && outcome.exit_code == 0) {
    outcome.exit_code.reset();
    outcome.note = "a node was lost, so an exit status of 0 is not believed";
  }
  plan_.crew.end(outcome.ran.end, outcome.exit_code, plan_.interrupt_fd);
}

void HeadWorkload::find_losses() {
  plan_.crew.begin(start_, kToldAtTheEnd, plan_.interrupt_fd);  // for who has not heard of it
  for (const std::string& node : plan_.crew.nodes_short_of(State::running))
    (is_lost(node) ? plan_.losses.nodes : plan_.losses.agents).push_back(node);
}

// What the end of srun has left; Slurm takes a moment for it.
void HeadWorkload::clear_steps() const {
  constexpr base::Duration kBetweenKills = std::chrono::milliseconds(200);
  const base::SteadyTime end = clock_.now() + kStepsGoneWithin;
  while (signal_steps("KILL") && clock_.now() < end) clock_.sleep_until(clock_.now() + kBetweenKills);
}

base::Result<void> HeadWorkload::cleanup() {
  auto cleaned = command_->cleanup();
  if (std::exchange(stopped_, false)) clear_steps();
  return cleaned;
}

}  // namespace

std::unique_ptr<workload::Workload> make_head_workload(std::unique_ptr<workload::Workload> command, const HeadPlan& plan,
                                                       const platform::Clock& clock) {
  return std::make_unique<HeadWorkload>(std::move(command), plan, clock);
}

}  // namespace gpubench::agents
