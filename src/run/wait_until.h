// Waiting for a planned start.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "platform/clock.h"
#include "platform/signals.h"
#include "platform/terminal.h"

namespace gpubench::run {

// Until the wall clock says `start`, however it is set meanwhile; prints the time left, on a terminal each second, else
// every ten minutes. Returns a signal's number if one came first.
std::optional<int> wait_until(base::WallTime start, const std::string& why, const platform::Clock& clock,
                              platform::SignalQueue& signals, platform::Terminal& terminal);

// "1 h 05 min 09 s"
std::string waiting_text(base::Duration left);

}  // namespace gpubench::run
