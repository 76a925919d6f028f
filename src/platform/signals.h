// Signals as something to read, not as interruptions: nothing ever runs inside a signal handler.
#pragma once

#include <csignal>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/time.h"

namespace gpubench::platform {

// Blocks SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2, but those that are ignored, for this thread and all it starts later,
// and hands them out one by one. Ignores SIGPIPE and SIGXFSZ. Make it in main before any thread; one per process.
//
// SIGUSR1 and SIGUSR2 are the benchmark's: a batch system sends them before the time is up, for a checkpoint. They end
// nothing and are handed out on their own.
//
// A thread of its own takes the signals from the kernel, so that the second one ends the process whatever the others wait
// for: an engine, a disk, a terminal that nobody reads. What is on disk by then stays. The same signal twice within a moment
// is one: timeout(1) and a closed terminal send it to the process and to its group.
class SignalQueue {
 public:
  SignalQueue();
  ~SignalQueue();  // restores the mask
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;

  // Readable while a signal that ends something waits to be taken.
  [[nodiscard]] int fd() const { return news_; }
  // Readable while any signal waits to be taken.
  [[nodiscard]] int fd_of_all() const { return all_; }
  // The next signal number, if one waits.
  std::optional<int> next();
  // The next signal number, waiting for it up to `patience`.
  std::optional<int> wait(base::Duration patience);
  // The next signal that is the benchmark's, if one waits.
  std::optional<int> next_for_benchmark();
  // From now on this many signals that end something are handed out, and the one after them ends the process, with 128 + its
  // number. At first it is one: who waits gives up at the first.
  void allow(int signals);

 private:
  void run();
  bool take(int signal);

  sigset_t handled_;
  int kernel_ = -1;         // the thread's own
  int news_ = -1;           // counts waiting_
  int for_benchmark_ = -1;  // counts waiting_for_benchmark_
  int all_ = -1;            // an epoll of the two
  int stop_ = -1;
  std::mutex mutex_;
  std::deque<int> waiting_;                // guarded by it
  std::deque<int> waiting_for_benchmark_;  // likewise
  int allowed_ = 1;                        // likewise
  int last_ = 0;                           // the thread's own, as is the next
  base::SteadyTime last_at_;
  std::thread thread_;
};

// As if the user had pressed Ctrl-C.
void interrupt_self();

}  // namespace gpubench::platform
