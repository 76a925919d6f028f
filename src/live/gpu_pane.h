// The GPUs on the screen: a block for each where there is room, a row for each where there is not.
#pragma once

#include "live/drawing.h"
#include "live/screen.h"
#include "live/view_state.h"

namespace gpubench::live {

// Rows that the pane would take of at most `most`.
int gpu_pane_height(const ViewState& state, int columns, int most);
void draw_gpu_pane(Screen& screen, Area area, const ViewState& state, bool utf8);

}  // namespace gpubench::live
