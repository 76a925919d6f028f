// A comparison in the format of whoever reads it: one file per format.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compare/report.h"

namespace gpubench::compare {

std::string as_text(const Report& report);      // for a terminal of 80 columns
std::string as_json(const Report& report);      // docs/comparison.schema.json
std::string as_markdown(const Report& report);  // for comments and summaries
std::string as_html(const Report& report);      // one offline page
std::string as_junit(const Report& report);     // a test for each gate, or for each metric
std::string as_github(const Report& report);    // workflow commands; the summary is as_markdown()
std::string as_gitlab(const Report& report);    // OpenMetrics, for a metrics report
std::string as_bencher(const Report& report);   // Bencher Metric Format of NEW
std::string as_benchfmt(const Report& report);  // Go's benchmark format, for benchstat

using Format = std::string (*)(const Report&);
inline const std::vector<std::pair<std::string_view, Format>>& all_formats() {
  static const std::vector<std::pair<std::string_view, Format>> kAll{
      {"text", as_text},     {"json", as_json},     {"markdown", as_markdown}, {"html", as_html},        {"junit", as_junit},
      {"github", as_github}, {"gitlab", as_gitlab}, {"bencher", as_bencher},   {"benchfmt", as_benchfmt}};
  return kAll;
}

}  // namespace gpubench::compare
