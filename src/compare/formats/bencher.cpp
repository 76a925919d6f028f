#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "compare/formats/formats.h"
#include "compare/words.h"

namespace gpubench::compare {

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
    all[base::valid_utf8(comparison.benchmark)] = std::move(measures);
  }
  return base::json_text(all, 1) + "\n";
}

}  // namespace gpubench::compare
