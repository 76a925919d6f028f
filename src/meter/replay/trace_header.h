// The first line of a trace, a JSON object. The only part of this folder that knows JSON.
#pragma once

#include <string_view>

#include "base/result.h"
#include "meter/replay/trace.h"

namespace gpubench::meter {

// False: whatever it is, it was never the header of a trace.
bool names_the_format(std::string_view line);
// Fills everything but the series.
base::Result<Trace> parse_trace_header(std::string_view line);

}  // namespace gpubench::meter
