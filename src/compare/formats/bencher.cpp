#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "compare/formats/formats.h"
#include "compare/words.h"

namespace gpubench::compare {
namespace {

// A name for each comparison of the report; with that of NEW where there are several.
std::vector<std::string> bencher_names(const Report& report) {
  std::vector<std::string> names;
  std::map<std::string, std::size_t> counts;
  for (const Comparison& comparison : report.comparisons) ++counts[names.emplace_back(benchmark_text(report, comparison))];
  for (std::size_t i = 0; i < names.size(); ++i)
    if (counts[names[i]] > 1) names[i] += ", " + report.comparisons[i].changed.name;
  return names;
}

}  // namespace

// Bencher Metric Format: what NEW was, with its interval.
std::string as_bencher(const Report& report) {
  using BencherJson = nlohmann::ordered_json;
  BencherJson all = BencherJson::object();
  const auto names = bencher_names(report);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Comparison& comparison = report.comparisons[i];
    BencherJson measures = BencherJson::object();
    for (const Row& row : comparison.rows) {
      if (!row.changed) continue;
      const double mean = row.changed->mean.sample.mean;
      const double half_width = row.changed->mean.half_width();
      if (!std::isfinite(mean) || !std::isfinite(half_width)) continue;
      measures[std::string(facts_of(row.metric).name)] = {
          {"value", mean}, {"lower_value", mean - half_width}, {"upper_value", mean + half_width}};
    }
    all[base::valid_utf8(names[i])] = std::move(measures);
  }
  return base::json_text(all, 1) + "\n";
}

}  // namespace gpubench::compare
