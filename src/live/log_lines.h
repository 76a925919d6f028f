// The benchmark's log as lines for a reader: pieces of any size go in, whole lines come out, at a cost that depends on the
// piece alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gpubench::live {

// "\r" starts the current line again, as on a terminal: a progress bar is one line that moves. Escape sequences and other
// control characters are made visible ("^["), so that a log cannot drive the terminal. A line longer than 4,096 bytes is cut
// into several.
class LogLines {
 public:
  // Lines that this piece has ended, without their newline.
  std::vector<std::string> feed(std::string_view bytes);
  // The current line (a progress bar, a prompt); empty if none.
  [[nodiscard]] const std::string& current() const { return current_; }
  // What is left at the end of the log.
  std::string finish();

 private:
  void put(char byte);

  std::string current_;
  bool overwrite_ = false;  // a "\r" came: the next character starts the line again
};

}  // namespace gpubench::live
