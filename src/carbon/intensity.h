// Carbon intensity of the grid, half-hour by half-hour, and where it came from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "base/time.h"

namespace gpubench::carbon {

enum class IntensityKind : std::uint8_t {
  forecast,       // published before the half-hour
  yearly_factor,  // one figure for a year: used when there is no forecast, and said so
};
std::string_view kind_text(IntensityKind kind);

// The intensity that holds from `from` (inclusive) to `to` (exclusive).
struct IntensitySlot {
  base::WallTime from;
  base::WallTime to;
  base::CarbonIntensity intensity;
  IntensityKind kind = IntensityKind::forecast;
  std::string source;      // "Carbon Intensity API, South England (region 12)"
  base::WallTime fetched;  // when it was asked for; the factor's publication for a yearly factor
};

// Someone who knows the intensity for a stretch of time. Called from one thread; may take up to 10 s.
class IntensityProvider {
 public:
  virtual ~IntensityProvider() = default;
  // Slots that touch [from, to], sorted, without overlaps; there may be holes. An error says what went wrong.
  virtual base::Result<std::vector<IntensitySlot>> slots(base::WallTime from, base::WallTime to) = 0;
};

// The documented yearly factor for Great Britain, as one slot over [from, to].
IntensitySlot yearly_factor_slot(base::WallTime from, base::WallTime to);

}  // namespace gpubench::carbon
