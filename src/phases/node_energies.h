// What one GPU used in all phases of each node of the tree.
#pragma once

#include <vector>

#include "phases/cut_energies.h"
#include "phases/phase_tree.h"

namespace gpubench::phases {

struct EnergySum {
  double joules = 0;
  double variance = 0;  // joule^2: of the cuts, where errors of cuts in one place cancel
  double noise = 0;     // joule^2: of the power samples between the cuts
  double watts = 0;     // power at the ends less power at the starts: what an error of the lag is multiplied by
};
struct NodeEnergy {
  EnergySum inclusive;
  EnergySum self;
};

// One for each node. Those of the children and the node's own add up to the node's.
std::vector<NodeEnergy> node_energies(const PhaseTree& tree, const CutEnergies& cuts);

}  // namespace gpubench::phases
