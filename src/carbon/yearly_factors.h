// One figure per country and year, built in: used when no service, cache or file has a value.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "carbon/intensity.h"

namespace gpubench::carbon {

// Average of a country's electricity over a year, with what it takes to judge and to quote it.
struct YearlyFactor {
  std::string_view country;  // ISO 3166-1 code of two letters
  std::string_view name;     // "France"
  std::string_view year;
  base::CarbonIntensity intensity;
  std::string_view source;
  std::string_view licence;
  base::WallTime published;  // 1970: not known to this table
};

std::span<const YearlyFactor> yearly_factors();
const YearlyFactor& great_britain();
// By code or name, letter case ignored; a zone such as "US-CAL-CISO" or "DE" by the code it begins with.
std::optional<YearlyFactor> find_yearly_factor(std::string_view place);

// The factor as one slot over [from, to].
IntensitySlot yearly_factor_slot(base::WallTime from, base::WallTime to, const YearlyFactor& factor = great_britain());

}  // namespace gpubench::carbon
