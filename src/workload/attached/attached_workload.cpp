#include "workload/attached/attached_workload.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include "platform/process.h"

namespace gpubench::workload {
namespace {

using namespace std::chrono_literals;

// Without pidfd_open (Linux before 5.3) the kernel is asked so often.
constexpr base::Duration kLookEvery = 20ms;

class AttachedWorkload final : public Workload {
 public:
  AttachedWorkload(Running running, const platform::Clock& clock, ExitCode exit_code)
      : running_(std::move(running)), clock_(clock), exit_code_(std::move(exit_code)) {
    description_.kind =
        running_.container.empty() ? WorkloadDescription::Kind::command : WorkloadDescription::Kind::container;
    description_.name = running_.name;
    description_.command_line = running_.command_line;
    description_.image_id = running_.image_id;
    description_.engine = running_.engine;
    description_.process_id = running_.process_id;
    description_.attached = true;
    if (running_.environment.empty())
      description_.notes.emplace_back(
          "the environment of what is measured is empty or cannot be read: without --gpus all GPUs count as its own");
  }
  ~AttachedWorkload() override { static_cast<void>(cleanup()); }
  AttachedWorkload(const AttachedWorkload&) = delete;
  AttachedWorkload& operator=(const AttachedWorkload&) = delete;

  base::Result<void> prepare() override;
  [[nodiscard]] const WorkloadDescription& description() const override { return description_; }
  base::Result<void> start() override;
  base::Result<std::optional<WorkloadOutcome>> poll(base::Duration timeout, int wake_fd) override;
  void hand_on(int /*signal*/) override {}  // it is left alone
  void stop() override { detached_ = true; }
  void kill() override { detached_ = true; }
  base::Result<bool> collect_results(const std::filesystem::path& /*directory*/) override { return false; }
  base::Result<void> cleanup() override;

 private:
  [[nodiscard]] bool has_ended() const;

  Running running_;
  const platform::Clock& clock_;
  ExitCode exit_code_;
  WorkloadDescription description_;
  std::string identity_;  // tells it from a later process of the same number
  int pid_fd_ = -1;
  bool detached_ = false;
  WorkloadOutcome outcome_;
};

base::Result<void> AttachedWorkload::prepare() {
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, running_.process_id, 0));
  identity_ = platform::identity_of(running_.process_id);
  if (has_ended())
    return base::failure("there is no process " + std::to_string(running_.process_id),
                         "ps lists those of this machine; within a container only its own are visible");
  return {};
}

base::Result<void> AttachedWorkload::start() {
  if (has_ended()) return base::failure("process " + std::to_string(running_.process_id) + " ended before it was measured");
  outcome_.ran.start = clock_.now();
  return {};
}

// A process whose parent has not asked for its end yet still has a number, but runs no more: the descriptor says so.
bool AttachedWorkload::has_ended() const {
  pollfd process{pid_fd_, POLLIN, 0};
  if (pid_fd_ >= 0) return ::poll(&process, 1, 0) > 0;
  const bool nobody = ::kill(running_.process_id, 0) != 0 && errno == ESRCH;
  return nobody || platform::presence_of(identity_) == platform::Presence::gone;
}

base::Result<std::optional<WorkloadOutcome>> AttachedWorkload::poll(base::Duration timeout, int wake_fd) {
  if (pid_fd_ < 0) timeout = std::min<base::Duration>(timeout, kLookEvery);
  std::array<pollfd, 2> fds{pollfd{pid_fd_, POLLIN, 0}, pollfd{wake_fd, POLLIN, 0}};
  if (!detached_)
    ::poll(fds.data(), fds.size(), static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(timeout).count()));
  if (!detached_ && !has_ended()) return std::nullopt;
  outcome_.ran.end = clock_.now();
  outcome_.stopped_by_us = detached_;
  if (!detached_ && exit_code_) {
    outcome_.exit_code = exit_code_();
    if (!outcome_.exit_code) outcome_.note = "the engine did not say with which exit code the container ended";
  }
  return outcome_;
}

base::Result<void> AttachedWorkload::cleanup() {
  if (pid_fd_ >= 0) close(pid_fd_);
  pid_fd_ = -1;
  return {};
}

}  // namespace

std::unique_ptr<Workload> make_attached_workload(Running running, const platform::Clock& clock, ExitCode exit_code) {
  return std::make_unique<AttachedWorkload>(std::move(running), clock, std::move(exit_code));
}

}  // namespace gpubench::workload
