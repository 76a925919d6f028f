// Which live view there is, and how it is made.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "live/spec.h"
#include "live/view.h"
#include "meter/reading.h"
#include "platform/clock.h"
#include "platform/terminal.h"

namespace gpubench::app {

using live::LiveStyle;

// The style that the terminal allows: full only where standard output is a terminal, not a dumb one, and this is no
// background job.
LiveStyle live_style_for(const live::LiveSpec& spec, const platform::Terminal& terminal);

struct LivePlace {
  platform::Terminal& terminal;
  const platform::Clock& clock;
  const std::vector<meter::GpuDescription>& gpus;
  const std::vector<std::size_t>& counted;  // positions of the benchmark's GPUs
  std::string benchmark;                    // its name
  bool replays = false;                     // the readings are no measurement, and the view says so
};
std::unique_ptr<live::View> make_view(LiveStyle style, const live::LiveSpec& spec, const LivePlace& place);

}  // namespace gpubench::app
