#include "workload/several/part_thread.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace gpubench::workload {
namespace {

constexpr base::Duration kPollPatience = std::chrono::milliseconds(500);

}  // namespace

WakeUp::WakeUp() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

WakeUp::~WakeUp() {
  if (fd_ >= 0) ::close(fd_);
}

void WakeUp::set() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(fd_, &one, sizeof one);  // full: it is set already
}

void WakeUp::clear() const {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t taken = ::read(fd_, &count, sizeof count);  // empty: it is clear already
}

void PartThread::launch() {
  thread_ = std::thread([this] { run(); });
}

void PartThread::run() {
  pthread_setname_np(pthread_self(), "container");
  auto started = workload_.start();
  {
    const std::lock_guard lock(mutex_);
    description_ = workload_.description();
    to_hand_on_.clear();  // from before it ran: it could not expect them yet
    if (!started) {
      start_error_ = started.error();
      outcome_ = WorkloadOutcome{};
      outcome_->note = started.error().message;
    }
  }
  changed_.notify_all();
  if (started) follow();
  news_.set();
}

void PartThread::follow() {
  for (;;) {
    fulfil_wishes();
    auto polled = workload_.poll(kPollPatience, wishes_.fd());
    const std::lock_guard lock(mutex_);
    if (!polled) trouble_ = polled.error();
    if (polled) outcome_ = std::move(*polled);
    if (trouble_ || outcome_) return;
  }
}

void PartThread::fulfil_wishes() {
  wishes_.clear();
  bool stop = false;
  bool kill = false;
  std::vector<int> signals;
  {
    const std::lock_guard lock(mutex_);
    stop = std::exchange(stop_wanted_, false);
    kill = std::exchange(kill_wanted_, false);
    signals = std::exchange(to_hand_on_, {});
  }
  for (const int signal : signals) workload_.hand_on(signal);
  if (kill) {
    workload_.kill();
  } else if (stop) {
    workload_.stop();
  }
}

base::Result<void> PartThread::wait_for_start() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return description_.has_value(); });
  if (start_error_) return base::failure(*start_error_);
  return {};
}

void PartThread::ask(Wish wish) {
  {
    const std::lock_guard lock(mutex_);
    (wish == Wish::stop ? stop_wanted_ : kill_wanted_) = true;
  }
  wishes_.set();
}

void PartThread::hand_on(int signal) {
  if (!launched()) return;
  {
    const std::lock_guard lock(mutex_);
    to_hand_on_.push_back(signal);
  }
  wishes_.set();
}

void PartThread::join() {
  if (!thread_.joinable()) return;
  thread_.join();
  was_joined_ = true;
}

void PartThread::end_in_trouble() {
  join();
  workload_.kill();
  const std::lock_guard lock(mutex_);
  outcome_ = WorkloadOutcome{};
  if (trouble_) outcome_->note = trouble_->message;
  trouble_.reset();
}

bool PartThread::ended() const {
  const std::lock_guard lock(mutex_);
  return outcome_.has_value();
}

std::optional<base::Error> PartThread::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

std::optional<WorkloadDescription> PartThread::description() const {
  const std::lock_guard lock(mutex_);
  return description_;
}

WorkloadOutcome PartThread::outcome() const {
  const std::lock_guard lock(mutex_);
  if (outcome_) return *outcome_;
  WorkloadOutcome none;
  none.note = "it was not started";
  return none;
}

}  // namespace gpubench::workload
