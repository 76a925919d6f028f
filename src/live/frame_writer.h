// Screens as the bytes a terminal is sent: only the cells that have changed.
#pragma once

#include <optional>
#include <string>

#include "live/screen.h"

namespace gpubench::live {

// What a terminal can show.
struct TerminalAbilities {
  bool utf8 = true;
  int colours = 256;  // 256, 8, or 0: bold and reverse only (NO_COLOR)
};

class FrameWriter {
 public:
  explicit FrameWriter(TerminalAbilities abilities) : abilities_(abilities) {}
  // What turns the screen shown before into `next`; everything where the size is new.
  std::string frame(Screen next);
  // The next frame is sent whole: something else has written on the terminal.
  void forget() { shown_.reset(); }

 private:
  void put_row(std::string& out, const Screen& next, int row) const;

  TerminalAbilities abilities_;
  std::optional<Screen> shown_;
};

}  // namespace gpubench::live
