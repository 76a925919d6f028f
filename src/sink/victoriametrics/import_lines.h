// Samples in the form of VictoriaMetrics' /api/v1/import: one JSON line per series.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace gpubench::sink {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

// {"__name__":"...","label":"..."}: valid UTF-8 whatever the values hold, control characters blanked, values cut at 1024
// bytes, empty ones left out.
std::string series_json(std::string_view name, const Labels& labels);

// One value of the series at position `series` of a table that the caller keeps.
struct Sample {
  std::uint32_t series;
  std::int64_t time_ms;  // since 1970, UTC
  double value;          // finite, in the unit that the series' name ends in
};

// The lines for `samples`; `series` holds the series_json of each.
std::string import_lines(std::span<const Sample> samples, std::span<const std::string> series);

}  // namespace gpubench::sink
