// Where the live view goes: a terminal, a pipe or a file.
#pragma once

#include <atomic>
#include <string_view>

namespace gpubench::platform {

struct TerminalSize {
  int columns = 80;
  int rows = 24;
  friend bool operator==(TerminalSize, TerminalSize) = default;
};

// Standard output. A reader that has stopped (Ctrl-S, a full pipe) holds up only the thread that writes, and that only
// until abandon().
class Terminal {
 public:
  explicit Terminal(int fd = 1);
  virtual ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Whether escape codes may be used: a terminal, and not TERM=dumb (which the caller knows).
  [[nodiscard]] virtual bool is_terminal() const;
  // Whether its settings may be changed: a terminal of which we are not a background job.
  [[nodiscard]] bool is_ours() const;
  [[nodiscard]] virtual TerminalSize size() const;
  // Writes all of it, in pieces that do not block for ever; what is left after abandon() or when the reader is gone is
  // dropped.
  virtual void write(std::string_view bytes);
  // Any thread: a write that waits for its reader gives up.
  void abandon() { abandoned_ = true; }
  // From now on it also gives up when this becomes readable.
  void interrupt_by(int fd) { interrupt_fd_ = fd; }
  // For keys and settings; valid as long as the terminal.
  [[nodiscard]] int fd() const { return own_ >= 0 ? own_ : fd_; }

 private:
  int fd_;
  int own_ = -1;  // the same terminal once more, opened so that neither reading nor writing blocks
  int interrupt_fd_ = -1;
  std::atomic<bool> abandoned_ = false;
};

}  // namespace gpubench::platform
