// One of several workloads, driven by a thread of its own.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "workload/workload.h"

namespace gpubench::workload {

// Wakes a poll(): an eventfd. set() from any thread.
class WakeUp {
 public:
  WakeUp();
  ~WakeUp();
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;
  void set() const;
  void clear() const;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

// Starts and follows a prepared workload; until it has ended nobody else may touch that. The public functions are for one
// thread. The destructor waits for the end.
class PartThread {
 public:
  enum class Wish : std::uint8_t { stop, kill };

  // `news` is set whenever ended() or trouble() may have changed; it and the workload must outlive this.
  PartThread(Workload& workload, const WakeUp& news) : workload_(workload), news_(news) {}
  ~PartThread() { join(); }
  PartThread(const PartThread&) = delete;
  PartThread& operator=(const PartThread&) = delete;

  void launch();
  base::Result<void> wait_for_start();
  // Nothing where it was not launched, or has ended.
  void ask(Wish wish);
  void hand_on(int signal);
  void join();
  // Makes its trouble its outcome: without exit code, with the trouble as note. What still runs is killed.
  void end_in_trouble();

  [[nodiscard]] bool launched() const { return thread_.joinable() || was_joined_; }
  [[nodiscard]] bool ended() const;
  // Why its end could not be observed.
  [[nodiscard]] std::optional<base::Error> trouble() const;
  // As it was after the start; empty before.
  [[nodiscard]] std::optional<WorkloadDescription> description() const;
  // After its end; of one that was not launched or could not be started: without exit code, the note says why.
  [[nodiscard]] WorkloadOutcome outcome() const;

 private:
  void run();
  void follow();
  void fulfil_wishes();

  Workload& workload_;
  const WakeUp& news_;
  WakeUp wishes_;
  std::thread thread_;
  bool was_joined_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_wanted_ = false;
  bool kill_wanted_ = false;
  std::vector<int> to_hand_on_;
  std::optional<WorkloadDescription> description_;
  std::optional<base::Error> start_error_;
  std::optional<base::Error> trouble_;
  std::optional<WorkloadOutcome> outcome_;
};

}  // namespace gpubench::workload
