// Intensities as text: the files that users give, and the one in which forecasts are kept.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "carbon/intensity.h"

namespace gpubench::carbon {

// CSV with a header that names from, to, g_per_kwh and perhaps kind and source; or JSON: a list of objects with these
// members (and perhaps fetched), or an object whose "slots" is one. Times have a zone. Without a kind it is the user's
// value. Sorted. An error names the line or entry: no interval twice, none empty, nothing negative or above 10,000 g/kWh.
base::Result<std::vector<IntensitySlot>> parse_slots(std::string_view text);

// JSON that parse_slots() reads back as it was.
std::string slots_json(std::span<const IntensitySlot> slots);

}  // namespace gpubench::carbon
