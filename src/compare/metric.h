// What runs are compared by.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpubench::compare {

enum class Metric : std::uint8_t { energy, time, power, carbon, score, work, energy_per_work, energy_above_idle };
inline constexpr std::size_t kMetricCount = 8;

// From which side a change is a change for the worse.
enum class Better : std::uint8_t { less, more };

struct MetricFacts {
  Metric metric;
  std::string_view name;  // for programs and options
  std::string_view words;
  std::string_view unit;
  Better better = Better::less;
  bool of_power_sensor = true;  // its gain error is in it
  bool as_difference = false;   // may be near zero: no ratio is formed
};

// In the order of Metric and of every table.
inline constexpr std::array<MetricFacts, kMetricCount> kMetrics{{
    {Metric::energy, "energy", "energy", "J"},
    {Metric::time, "time", "time", "s", Better::less, false},
    {Metric::power, "power", "power", "W"},
    {Metric::carbon, "carbon", "carbon", "g"},
    {Metric::score, "score", "score", "s", Better::less, false},
    {Metric::work, "work", "work per second", "/s", Better::more, false},
    {Metric::energy_per_work, "energy_per_work", "energy per work", "J"},
    {Metric::energy_above_idle, "energy_above_idle", "energy above idle", "J", Better::less, true, true},
}};

constexpr std::size_t index_of(Metric metric) {
  return static_cast<std::size_t>(metric);
}
constexpr const MetricFacts& facts_of(Metric metric) {
  return kMetrics[index_of(metric)];
}

// Empty: there is no such metric. Hyphens and underscores are the same.
std::optional<Metric> find_metric(std::string_view name);
std::vector<std::string> metric_names();

}  // namespace gpubench::compare
