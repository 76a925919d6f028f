#include "compare/metric.h"

#include <algorithm>

namespace gpubench::compare {

std::optional<Metric> find_metric(std::string_view name) {
  std::string wanted(name);
  std::replace(wanted.begin(), wanted.end(), '-', '_');
  for (const MetricFacts& facts : kMetrics)
    if (facts.name == wanted) return facts.metric;
  return std::nullopt;
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  names.reserve(kMetrics.size());
  for (const MetricFacts& facts : kMetrics) names.emplace_back(facts.name);
  return names;
}

}  // namespace gpubench::compare
