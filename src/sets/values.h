// The values of the runs that count, as the statistics take them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sets/roles.h"
#include "sets/run_set.h"
#include "statistics/change.h"
#include "statistics/floors.h"
#include "statistics/mean.h"

namespace gpubench::sets {

enum class Metric : std::uint8_t { energy, time };  // joules, seconds

// One for each run of the variant that counts and of which it is known, in the order of the blocks.
struct MetricValues {
  std::vector<double> values;
  statistics::Floors floors;       // in the values' unit
  bool stopped_by_values = false;  // the set has a rule of --until

  [[nodiscard]] statistics::Side side() const { return {values, floors, stopped_by_values}; }
  [[nodiscard]] statistics::Mean mean() const;  // of one value or more
};
MetricValues values_of(const RunSet& set, const FiguresOfRuns& figures, const std::string& variant, Metric metric);

// Their mean with its interval; empty: no run counts.
std::optional<statistics::Mean> mean_of_variant(const RunSet& set, const FiguresOfRuns& figures, const std::string& variant,
                                                Metric metric);

// The same as logarithms.
MetricValues logarithms_of(MetricValues values);

statistics::BoardShares boards_of(const RunSet& set, const FiguresOfRuns& figures, const std::string& variant);

}  // namespace gpubench::sets
