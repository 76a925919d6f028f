// The engine's time stamps.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace gpubench::workload {

// "2026-11-22T12:25:54.390460816Z" (RFC 3339, any offset, up to nanoseconds). Empty if malformed, or the engine's zero time
// "0001-01-01T00:00:00Z".
std::optional<base::WallTime> parse_engine_time(std::string_view text);

}  // namespace gpubench::workload
