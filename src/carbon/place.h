// Where in Great Britain a run draws its power, checked without a network.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "carbon/regions.h"

namespace gpubench::carbon {

// The first half of a British postcode, "OX11" of "OX11 0QX": all that the API takes, and all that leaves this machine.
struct Postcode {
  std::string outward;
  friend bool operator==(const Postcode&, const Postcode&) = default;
};
using Place = std::variant<Region, Postcode>;

// A region's name or number, or a postcode (whole or its outward code; checked by form, and that it is in Great
// Britain). An error lists the regions, or says what is not covered.
base::Result<Place> parse_place(std::string_view text);
// "South England (region 12)", "postcode OX11"
std::string place_text(const Place& place);

}  // namespace gpubench::carbon
