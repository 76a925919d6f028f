// What is allowed to change, and whether it did: PASS, UNDECIDED or FAIL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "compare/metric.h"
#include "statistics/decision.h"

namespace gpubench::compare {

// "energy +2%": NEW may be that much worse than BASE.
struct Gate {
  Metric metric = Metric::energy;
  double tolerance = 0;  // a share, 0.02 of "+2%", towards the worse; of a difference: in the metric's unit
  std::string text;      // as it is shown: "energy +2 %"
};

// An error for an unknown metric, and for a tolerance towards the better, which would ask for an improvement.
base::Result<Gate> parse_gate(const std::string& text);

enum class Verdict : std::uint8_t { pass, undecided, fail, not_comparable };
std::string_view verdict_word(Verdict verdict);

struct GateResult {
  Gate gate;
  Verdict verdict = Verdict::not_comparable;
  std::string reason = {};                      // why it is not decided, or could not be asked
  statistics::Interval bounds = {};             // one-sided 95 % bounds of the change, as the change is shown
  std::optional<std::size_t> more_pairs = {};   // likely to decide it
  std::optional<statistics::Equivalence> same;  // within the tolerance on both sides, on the scale of the change
};

}  // namespace gpubench::compare
