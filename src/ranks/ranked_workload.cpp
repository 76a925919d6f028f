#include "ranks/ranked_workload.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/try.h"
#include "platform/readable.h"

namespace gpubench::ranks {
namespace {

using workload::WorkloadOutcome;

constexpr base::Duration kLongestWaitForRanks = std::chrono::seconds(10);
// Beside idle rolls, which a late rank with GPUs of its own has for itself: the leader waits for the others twice. If it
// dies, nobody waits for it.
constexpr base::Duration kLongestWaitForLeader = std::chrono::seconds(60);
constexpr base::Duration kBetweenLooks = std::chrono::milliseconds(100);

class RankedWorkload final : public workload::Workload {
 public:
  RankedWorkload(std::unique_ptr<workload::Workload> inner, int rank, Company& company, const Waiting& waiting)
      : inner_(std::move(inner)), rank_(rank), company_(company), waiting_(waiting) {}

  base::Result<void> prepare() override { return inner_->prepare(); }
  [[nodiscard]] const workload::WorkloadDescription& description() const override { return inner_->description(); }
  base::Result<void> start() override {
    wait_for_go(company_, waiting_);
    return inner_->start();
  }
  base::Result<std::optional<WorkloadOutcome>> poll(base::Duration timeout, int wake_fd) override;
  // Its own processes are gone once there is an outcome.
  void hand_on(int signal) override {
    if (!outcome_) inner_->hand_on(signal);
  }
  void stop() override {
    if (!outcome_) inner_->stop();
  }
  void kill() override {
    killed_ = true;  // the others are waited for no more
    if (!outcome_) inner_->kill();
  }
  base::Result<bool> collect_results(const std::filesystem::path& directory) override {
    return inner_->collect_results(directory);
  }
  base::Result<void> cleanup() override { return inner_->cleanup(); }

 private:
  std::unique_ptr<workload::Workload> inner_;
  const int rank_;
  Company& company_;
  const Waiting waiting_;
  std::optional<WorkloadOutcome> outcome_;  // of this rank
  bool killed_ = false;
};

base::Result<std::optional<WorkloadOutcome>> RankedWorkload::poll(base::Duration timeout, int wake_fd) {
  if (!outcome_) {
    GPUBENCH_ASSIGN_OR_RETURN(outcome_, inner_->poll(timeout, wake_fd));
    if (!outcome_) return std::optional<WorkloadOutcome>();
    company_.ended({rank_, outcome_->ran, outcome_->exit_code, company_.own_boards()});
  } else if (!company_.over() && wake_fd >= 0) {
    static_cast<void>(platform::becomes_readable(wake_fd, std::min(timeout, kBetweenLooks)));
  }
  const auto all = company_.over();
  if (!all && !killed_) return std::optional<WorkloadOutcome>();
  if (all) outcome_->ran = *all;
  return outcome_;
}

}  // namespace

void wait_for_go(Company& company, const Waiting& waiting) {
  company.wait_for_go(
      company.leads() ? waiting.idle_roll + kLongestWaitForRanks : 2 * waiting.idle_roll + kLongestWaitForLeader,
      waiting.interrupt_fd);
}

std::unique_ptr<workload::Workload> make_ranked_workload(std::unique_ptr<workload::Workload> inner, int rank,
                                                         Company& company, const Waiting& waiting) {
  return std::make_unique<RankedWorkload>(std::move(inner), rank, company, waiting);
}

}  // namespace gpubench::ranks
