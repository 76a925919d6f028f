// The text of questions to the GB Carbon Intensity API and of its answers; no network here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "carbon/intensity.h"

namespace gpubench::carbon {

// "2026-11-22T12:00Z", the API's own form; nothing else is accepted.
base::Result<base::WallTime> parse_api_time(std::string_view text);
std::string api_time_text(base::WallTime time);

// The forecasts in one answer of /regional/intensity/.../regionid/N, sorted, one per half-hour. `source` and `fetched` of
// the slots are left empty. Periods without a usable forecast, or that are not a half-hour, are dropped; when a half-hour is
// that comes twice with two values the higher one is taken, whatever their order, so that emissions are rather over- than
// understated. An error if there is no usable period at all, or if the answer is of another region than the one given.
base::Result<std::vector<IntensitySlot>> parse_intensity_answer(std::string_view body, std::optional<int> region_id);

// The same for one answer of /intensity/FROM/TO, which has no region: the actual value of each half-hour, or its forecast
// where there is none yet.
base::Result<std::vector<IntensitySlot>> parse_national_answer(std::string_view body);

}  // namespace gpubench::carbon
