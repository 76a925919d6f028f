// The benchmark's log on the screen.
#pragma once

#include "live/drawing.h"
#include "live/screen.h"
#include "live/view_state.h"

namespace gpubench::live {

// A rule with a title, and below it as many lines as there is room for.
void draw_log_pane(Screen& screen, Area area, const ViewState& state, bool utf8);

}  // namespace gpubench::live
