#include "agents/agent_workload.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "platform/readable.h"

namespace gpubench::agents {
namespace {

using workload::WorkloadOutcome;

// A signal to the step is most often one to all of the job: the benchmark ends of it as well, and then the head says so.
constexpr base::Duration kWordAfterStop = std::chrono::seconds(2);
// The head's own fork and wait say when the benchmark started and ended.
constexpr base::Duration kHeadKnowsWithin = std::chrono::milliseconds(1);

class AgentWorkload final : public workload::Workload {
 public:
  AgentWorkload(std::unique_ptr<workload::Workload> command, Answering& head, const platform::Clock& clock, int interrupt_fd)
      : command_(std::move(command)), head_(head), clock_(clock), interrupt_fd_(interrupt_fd) {}

  base::Result<void> prepare() override { return command_->prepare(); }
  [[nodiscard]] const workload::WorkloadDescription& description() const override { return command_->description(); }
  base::Result<void> start() override;
  base::Result<std::optional<WorkloadOutcome>> poll(base::Duration timeout, int wake_fd) override;
  void hand_on(int /*signal*/) override {}  // the benchmark's own processes get it
  void stop() override {
    if (!give_up_at_) give_up_at_ = clock_.now() + kWordAfterStop;
  }
  void kill() override { give_up_at_ = clock_.now(); }
  base::Result<bool> collect_results(const std::filesystem::path& directory) override {
    return command_->collect_results(directory);
  }
  base::Result<void> cleanup() override { return command_->cleanup(); }

 private:
  void wait(base::Duration patience, int wake_fd) const;

  std::unique_ptr<workload::Workload> command_;
  Answering& head_;
  const platform::Clock& clock_;
  const int interrupt_fd_;
  base::SteadyTime start_;
  base::Duration bound_{};  // by which a time of the head's may be wrong on this node's clock
  std::optional<base::SteadyTime> give_up_at_;
};

void AgentWorkload::wait(base::Duration patience, int wake_fd) const {
  std::array<pollfd, 2> entries{pollfd{head_.news_fd(), POLLIN, 0}, pollfd{wake_fd, POLLIN, 0}};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(std::max(patience, base::Duration::zero())).count();
  ::poll(entries.data(), entries.size(), static_cast<int>(milliseconds));
  head_.take_news();
}

base::Result<void> AgentWorkload::start() {
  constexpr base::Duration kBetweenLooks = std::chrono::seconds(1);
  head_.set(State::ready);
  for (;;) {
    if (const auto began = head_.began()) {
      start_ = began->at;
      bound_ = began->clock.bound;
      return {};
    }
    if (head_.is_alone()) return base::failure("the benchmark was not started");
    if (platform::is_readable(interrupt_fd_)) return base::failure("a signal came before the benchmark was started");
    wait(kBetweenLooks, interrupt_fd_);
  }
}

base::Result<std::optional<WorkloadOutcome>> AgentWorkload::poll(base::Duration timeout, int wake_fd) {
  const auto over = [this] { return head_.ended() || head_.is_alone() || (give_up_at_ && clock_.now() >= *give_up_at_); };
  if (!over()) wait(give_up_at_ ? std::min(timeout, *give_up_at_ - clock_.now()) : timeout, wake_fd);
  if (!over()) return std::optional<WorkloadOutcome>();
  WorkloadOutcome outcome;
  outcome.ran = {start_, clock_.now()};
  if (const auto ended = head_.ended()) {
    outcome.ran.end = std::max(start_, ended->at);
    bound_ = std::max(bound_, ended->clock.bound);
    outcome.exit_code = ended->exit_code;
  } else {
    outcome.note = "the program that started the benchmark was not heard of again";
  }
  outcome.ends_within = kHeadKnowsWithin + bound_;
  return std::optional<WorkloadOutcome>(std::move(outcome));
}

}  // namespace

std::unique_ptr<workload::Workload> make_agent_workload(std::unique_ptr<workload::Workload> command, Answering& head,
                                                        const platform::Clock& clock, int interrupt_fd) {
  return std::make_unique<AgentWorkload>(std::move(command), head, clock, interrupt_fd);
}

}  // namespace gpubench::agents
