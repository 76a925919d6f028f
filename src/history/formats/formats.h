// A history in the format of whoever reads it.
#pragma once

#include <string>
#include <vector>

#include "history/series.h"

namespace gpubench::history {

struct Report {
  std::vector<Series> series;
  std::vector<compare::GateResult> gates;  // of each series, if there is a gate
  std::vector<std::string> notes;          // runs that could not be read
};

std::string as_text(const Report& report);  // for a terminal of 80 columns
std::string as_json(const Report& report);  // docs/history.schema.json
std::string as_html(const Report& report);  // one offline page

}  // namespace gpubench::history
