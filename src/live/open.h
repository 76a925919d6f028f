// The front door of the live views.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "live/spec.h"
#include "live/view.h"
#include "meter/gpu_meter.h"
#include "platform/clock.h"
#include "platform/terminal.h"

namespace gpubench::live {

// The style that the terminal allows: full only where standard output is a terminal, not a dumb one, and this is no
// background job.
LiveStyle style_for(const LiveSpec& spec, const platform::Terminal& terminal);

// Where a view is shown, and what of.
struct Stage {
  platform::Terminal& terminal;
  const platform::Clock& clock;
  const std::vector<meter::GpuDescription>& gpus;
  const std::vector<std::size_t>& counted;  // positions of the benchmark's GPUs
  std::string benchmark;                    // its name
  bool replays = false;                     // the readings are no measurement, and the view says so
};
// `style` is never automatic.
std::unique_ptr<View> open_view(LiveStyle style, const LiveSpec& spec, const Stage& stage);

}  // namespace gpubench::live
