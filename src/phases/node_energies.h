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
  double smoothed = 0;  // joules: error of the cuts if all of them are wrong alike
  double hidden = 0;    // joules: of times that the power samples do not show, and that were not found by name
};
struct NodeEnergy {
  EnergySum inclusive;
  EnergySum self;
};

// One for each node, with nothing hidden. Those of the children and the node's own add up to the node's.
std::vector<NodeEnergy> node_energies(const PhaseTree& tree, const CutEnergies& cuts);
// `by_name`: whether the energy from this cut to the next was found by name; empty: none.
void add_hidden(std::vector<NodeEnergy>& energies, const PhaseTree& tree, const CutEnergies& cuts,
                const std::vector<bool>& by_name);

}  // namespace gpubench::phases
