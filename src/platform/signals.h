// Signals as something to read, not as interruptions: nothing ever runs inside a signal handler.
#pragma once

#include <csignal>
#include <optional>
#include <string>

#include "base/time.h"

namespace gpubench::platform {

// Blocks SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2, but those that are ignored, for this thread and all it starts later,
// and hands them out one by one. Ignores SIGPIPE and SIGXFSZ. Make it in main before any thread; one per process.
class SignalQueue {
 public:
  SignalQueue();
  ~SignalQueue();  // restores the mask
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;

  // Readable when a signal waits.
  [[nodiscard]] int fd() const { return fd_; }
  // The next signal number, if one waits.
  std::optional<int> next();
  // The next signal number, waiting for it up to `patience`.
  std::optional<int> wait(base::Duration patience);

 private:
  sigset_t handled_;
  int fd_ = -1;
};

// As if the user had pressed Ctrl-C.
void interrupt_self();

}  // namespace gpubench::platform
