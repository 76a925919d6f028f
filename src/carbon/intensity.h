// Carbon intensity of the grid over time, and its source.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "base/time.h"

namespace gpubench::carbon {

enum class IntensityKind : std::uint8_t {
  forecast,       // average of the grid, published before the time it is for
  actual,         // average of the grid, estimated by its source after the fact
  marginal,       // of the power stations that respond to a change of load: not an average, and not comparable with one
  yearly_factor,  // one figure for a year: used when there is nothing better, and said so
  user_value,     // given by the user
};
std::string_view kind_text(IntensityKind kind);

// The intensity that holds from `from` (inclusive) to `to` (exclusive).
struct IntensitySlot {
  base::WallTime from;
  base::WallTime to;
  base::CarbonIntensity intensity;
  IntensityKind kind = IntensityKind::forecast;
  std::string source;      // "Carbon Intensity API, South England (region 12)"
  base::WallTime fetched;  // when it was asked for; a yearly factor's publication; 1970: neither is known
};

// A source of the intensity over an interval of time. Called from one thread; takes at most the time it was made for.
class IntensityProvider {
 public:
  virtual ~IntensityProvider() = default;
  // Slots that touch [from, to], sorted, without overlaps; there may be gaps. An error says what went wrong.
  virtual base::Result<std::vector<IntensitySlot>> slots(base::WallTime from, base::WallTime to) = 0;
  // An error: its service answers that there is no such place. One that cannot be asked, or does not know, says nothing.
  virtual base::Result<void> check_place() { return {}; }
};

// Sorted, without overlaps, none empty, no intensity below 0 and only known kinds.
bool are_sane(std::span<const IntensitySlot> slots);

// Sorted slots without overlaps leave no gap in [from, to].
bool covers(std::span<const IntensitySlot> slots, base::WallTime from, base::WallTime to);

// Both together, sorted and without overlaps. Where they overlap the newer one is used, but a forecast never replaces an
// actual value. Both are sorted and without overlaps themselves.
std::vector<IntensitySlot> merged(std::vector<IntensitySlot> older, std::vector<IntensitySlot> newer);

}  // namespace gpubench::carbon
