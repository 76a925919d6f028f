// The full-screen view as a pure function: the same state, moment and size give the same screen.
#pragma once

#include "base/time.h"
#include "live/screen.h"
#include "live/view_state.h"
#include "platform/terminal.h"

namespace gpubench::live {

// From 80x24 up everything has its place; a smaller screen loses the lower and right parts.
Screen draw(const ViewState& state, platform::TerminalSize size, base::WallTime now, bool utf8);
// Lines of the log that such a screen shows: a page of the page keys.
int log_page(const ViewState& state, platform::TerminalSize size);

}  // namespace gpubench::live
