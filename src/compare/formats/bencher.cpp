#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "compare/formats/formats.h"
#include "compare/words.h"

namespace gpubench::compare {
namespace {

std::string benchmark_of(const Comparison& comparison) {
  return comparison.benchmark;
}
std::string key_of(const Comparison& comparison) {
  return comparison.changed.runs.empty() ? comparison.benchmark : comparison.changed.runs.front().values.key();
}
std::string key_and_side_of(const Comparison& comparison) {
  return key_of(comparison) + ", " + comparison.changed.name;
}

// As short as tells the comparison apart from the others of the report.
std::string bencher_name(const Report& report, const Comparison& comparison) {
  for (const auto name_of : {benchmark_of, key_of}) {
    const std::string name = name_of(comparison);
    const auto count = std::count_if(report.comparisons.begin(), report.comparisons.end(),
                                     [&](const Comparison& other) { return name_of(other) == name; });
    if (count == 1) return name;
  }
  return key_and_side_of(comparison);
}

}  // namespace

// Bencher Metric Format: what NEW was, with its interval.
std::string as_bencher(const Report& report) {
  using BencherJson = nlohmann::ordered_json;
  BencherJson all = BencherJson::object();
  for (const Comparison& comparison : report.comparisons) {
    BencherJson measures = BencherJson::object();
    for (const Row& row : comparison.rows) {
      if (!row.changed) continue;
      const double mean = row.changed->mean.sample.mean;
      const double half_width = row.changed->mean.half_width();
      if (!std::isfinite(mean) || !std::isfinite(half_width)) continue;
      measures[std::string(facts_of(row.metric).name)] = {
          {"value", mean}, {"lower_value", mean - half_width}, {"upper_value", mean + half_width}};
    }
    all[base::valid_utf8(bencher_name(report, comparison))] = std::move(measures);
  }
  return base::json_text(all, 1) + "\n";
}

}  // namespace gpubench::compare
