// The power of phases that are too short for single cuts, found by name over all of their occurrences.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/time.h"
#include "meter/reading.h"
#include "phases/lag.h"
#include "phases/phase_tree.h"
#include "series/series.h"

namespace gpubench::phases {

// Of a phase's own time within the times where short phases follow each other.
struct FittedEnergy {
  double joules = 0;
  double standard = 0;
  bool is_short = false;  // one of those that need it
};

struct ShortPhases {
  std::map<std::uint32_t, FittedEnergy> nodes;  // empty: there are none, or they cannot be separated
  std::vector<bool> atoms;                      // whether the time from this cut to the next belongs to it
};

// Least squares of the power samples on the share of each sample's time that each phase fills. `joules`: at each cut; what
// all phases together used stays as it is. Without a lag of its own the one that fits best is used, if it is the only one.
ShortPhases fit_short_phases(const series::Series<meter::PowerSample>& power, const PhaseTree& tree, const Lag& lag,
                             base::Duration spacing, const std::vector<double>& joules);

}  // namespace gpubench::phases
