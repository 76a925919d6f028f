// Times of the tests, as text.
#pragma once

#include <string_view>

#include "base/time.h"
#include "carbon/utc_time.h"

namespace gpubench::carbon {

inline base::WallTime utc(std::string_view text) {
  return parse_utc_time(text).value();
}

}  // namespace gpubench::carbon
