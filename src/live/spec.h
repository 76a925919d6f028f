// What is shown while a run lasts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "live/frame_writer.h"

namespace gpubench::live {

enum class LiveStyle : std::uint8_t { automatic, full, table, none };

struct LiveSpec {
  LiveStyle style = LiveStyle::automatic;
  bool show_log = false;  // the benchmark's log as it comes, under the table
  std::string benchmark;  // its name
  bool dumb_terminal = false;
  std::string color = "auto";  // or "always", "never"
  TerminalAbilities abilities;
  std::optional<int> ready_fd;  // descriptor to which the run's folder is written once measuring has begun
};

}  // namespace gpubench::live
