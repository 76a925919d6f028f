// Tall curves of what a few GPUs did over time, with the benchmark's phases below, for terminals that have the room.
#pragma once

#include "live/drawing.h"
#include "live/screen.h"
#include "live/view_state.h"

namespace gpubench::live {

// Whether a terminal of that size has room for them, with so many GPUs.
bool has_curves(platform::TerminalSize size, std::size_t gpus);
void draw_curves(Screen& screen, Area area, const ViewState& state, bool utf8);

}  // namespace gpubench::live
