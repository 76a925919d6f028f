// A terminal taken over for a full-screen view, and restored on every way out.
#pragma once

#include "platform/terminal.h"

namespace gpubench::platform {

// Alternate screen, no cursor, keys one by one and without echo; Ctrl-C still is SIGINT, Ctrl-Z is nothing (a stopped tool
// would measure nothing). Leaving restores all of it, and so does a crash (SIGSEGV, abort() and their like): the only code
// of this program that runs in a signal handler. One at a time per process.
class FullScreen {
 public:
  explicit FullScreen(Terminal& terminal);
  ~FullScreen();
  FullScreen(const FullScreen&) = delete;
  FullScreen& operator=(const FullScreen&) = delete;

 private:
  Terminal& terminal_;
};

// Leaves the full screen of this process, if there is one, from any thread: it is about to end. Does not wait for long.
void restore_terminal();

}  // namespace gpubench::platform
