// What the variants of a set come to side by side: which uses least, and which cannot be told apart from it.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sets/roles.h"
#include "sets/run_set.h"
#include "sets/values.h"
#include "statistics/mean.h"

namespace gpubench::sets {

// A variant by its runs that count.
struct SweepPoint {
  std::size_t variant = 0;  // its position
  statistics::Mean energy;  // joules
  statistics::Mean time;    // seconds
  // From the point with the least energy to this one, block by block: the ratio's 95 % interval, minus 1.
  std::optional<statistics::Interval> more_energy;  // empty: this is the least, or fewer than two blocks count
  bool maybe_least = false;                         // it is the least, or cannot be told apart from it
};

struct Sweep {
  std::vector<SweepPoint> points;    // in the order of the variants; without those of which no run counts
  std::optional<std::size_t> least;  // the place of the least energy in `points`
};

// A set of --parameter, or of more than two variants.
bool is_sweep(const RunSet& set);

// "Cannot be told apart": p > 0.05 of the energy block by block, by Holm over all points.
Sweep sweep_of(const RunSet& set, const FiguresOfRuns& figures);

}  // namespace gpubench::sets
