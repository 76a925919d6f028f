// When a set may end before its last run (--until).
#pragma once

#include <string>

#include "base/result.h"
#include "sets/values.h"

namespace gpubench::sets {

struct Until {
  enum class Rule : std::uint8_t {
    all_runs,
    precision,  // of the mean of each variant; of a pair, of the ratio
    decided     // which of two is the greater
  };
  Rule rule = Rule::all_runs;
  Metric metric = Metric::energy;
  double share = 0;  // half-width by mean, of `precision`
};

// "energy 1%", "time 0.5 %", "decided"; "": all runs are made.
base::Result<Until> parse_until(const std::string& text);

// Whether the runs that were made suffice. Asked once after each block.
bool is_reached(const Until& until, const RunSet& set, const FiguresOfRuns& figures);

// What is to be said of a set that ends without it.
SetFinding not_reached(const Until& until, const RunSet& set);

}  // namespace gpubench::sets
