// Where the live view goes: a terminal, a pipe or a file.
#pragma once

#include <atomic>
#include <string_view>

namespace gpubench::platform {

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

// Standard output. A reader that has stopped (Ctrl-S, a full pipe) holds up only the thread that writes, and that only
// until abandon().
class Terminal {
 public:
  explicit Terminal(int fd = 1);
  virtual ~Terminal() = default;
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Whether escape codes may be used: a terminal, and not TERM=dumb (which the caller knows).
  [[nodiscard]] virtual bool is_terminal() const;
  [[nodiscard]] virtual TerminalSize size() const;
  // Writes all of it, in pieces that do not block for ever; what is left after abandon() or when the reader is gone is
  // dropped.
  virtual void write(std::string_view bytes);
  // Any thread: a write that waits for its reader gives up.
  void abandon() { abandoned_ = true; }

 private:
  int fd_;
  std::atomic<bool> abandoned_ = false;
};

}  // namespace gpubench::platform
