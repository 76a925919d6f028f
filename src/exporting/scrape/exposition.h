// Values as the page that a Prometheus scrapes: its text format 0.0.4, which every later one reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exporting/run_series.h"
#include "exporting/sample.h"

namespace gpubench::exporting {

inline constexpr std::string_view kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

struct CurrentValue {
  Series series;
  double value = 0;
};

// In the order of `meanings`, the values of each name together, as the format wants it; names without a meaning are left
// out.
std::string exposition(const std::vector<CurrentValue>& values, const std::vector<Meaning>& meanings);

}  // namespace gpubench::exporting
