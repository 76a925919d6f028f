// Times as the sources write them: ISO 8601 with a zone, never a guessed one.
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace gpubench::carbon {

// "2026-11-22T12:00Z", "2026-11-22T12:00:00Z", "...:00.123Z", "...:00+01:00": date, T or a space, hours and minutes, perhaps
// seconds with up to nine decimals, and Z or an offset. Years 1970 to 2200.
base::Result<base::WallTime> parse_utc_time(std::string_view text);

}  // namespace gpubench::carbon
