// What a source of intensities says of a run's time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carbon/intensity.h"
#include "carbon/yearly_factors.h"

namespace gpubench::carbon {

struct Answer {
  std::string place;                     // what the source calls it; empty: it knows no place
  std::vector<IntensitySlot> slots;      // sorted, without overlaps
  std::string trouble;                   // why there are holes in them; empty: nothing went wrong
  std::optional<YearlyFactor> fallback;  // for the holes; empty: what is in them stays unknown
  bool fallback_was_chosen = false;      // it is what the user asked for: no doubt
};

}  // namespace gpubench::carbon
