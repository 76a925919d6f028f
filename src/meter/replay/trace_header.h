// The first line of a trace, a JSON object. The only part of this folder that knows JSON.
#pragma once

#include <string_view>

#include "base/result.h"
#include "meter/replay/trace.h"

namespace gpubench::meter {

// Fills everything but the series.
base::Result<Trace> parse_trace_header(std::string_view line);

}  // namespace gpubench::meter
