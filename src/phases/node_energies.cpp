#include "phases/node_energies.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "energy/uncertainty.h"

namespace gpubench::phases {
namespace {

// Adds up the doubt of a phase's starts and ends. Where a phase ends and begins again at one place, the errors there cancel,
// but for the time between: it shows in the samples as part of one edge.
class DoubtSum {
 public:
  void add(base::SteadyTime time, int sign, double standard, double watts, double smoothed) {
    if (!any_ || time > since_ + kSamePlace) close();
    if (any_)
      between_ += base::to_seconds(time - last_);
    else
      since_ = time;
    any_ = true;
    last_ = time;
    net_ += sign;
    standard_ = std::max(standard_, standard);
    watts_ += sign * watts;
    smoothed_ += sign * smoothed;
  }
  void finish(EnergySum& sum) {
    close();
    sum.variance = variance_;
    sum.watts = watts_;
    sum.smoothed = smoothed_;
  }

 private:
  void close() {
    const double within = between_ / base::to_seconds(kSamePlace) * energy::kRoot12 * standard_;
    variance_ += net_ * net_ * standard_ * standard_ + within * within;
    net_ = standard_ = between_ = 0;
    any_ = false;
  }
  base::SteadyTime since_;
  base::SteadyTime last_;
  bool any_ = false;
  double net_ = 0;
  double standard_ = 0;
  double between_ = 0;  // seconds
  double variance_ = 0;
  double watts_ = 0;
  double smoothed_ = 0;
};

// Joules at each cut, without those from some cuts to the next.
std::vector<double> without(const std::vector<bool>& left_out, const std::vector<double>& joules) {
  std::vector<double> others(joules.size());
  for (std::size_t atom = 0; atom + 1 < joules.size(); ++atom)
    others[atom + 1] = others[atom] + (left_out[atom] ? 0 : joules[atom + 1] - joules[atom]);
  return others;
}

// Walks from cut to cut; the run's own start and end have no doubt of their own.
class DoubtWalk {
 public:
  DoubtWalk(const PhaseTree& tree, const CutEnergies& cuts)
      : tree_(tree), cuts_(cuts), inclusive_(tree.nodes.size()), self_(tree.nodes.size()) {}

  void walk(std::vector<NodeEnergy>& energies) {
    for (std::size_t cut = 1; cut + 1 < tree_.cuts.size(); ++cut) pass(cut);
    for (std::size_t node = 0; node < energies.size(); ++node) {
      inclusive_[node].finish(energies[node].inclusive);
      self_[node].finish(energies[node].self);
    }
  }

 private:
  void pass(std::size_t cut) {
    std::uint32_t from = tree_.cuts[cut - 1].node;
    std::uint32_t to = tree_.cuts[cut].node;
    if (from == to) return;
    add(self_[from], cut, 1);
    add(self_[to], cut, -1);
    while (from != to) {
      if (tree_.nodes[from].depth >= tree_.nodes[to].depth) {
        add(inclusive_[from], cut, 1);
        from = tree_.nodes[from].parent;
      } else {
        add(inclusive_[to], cut, -1);
        to = tree_.nodes[to].parent;
      }
    }
  }
  void add(DoubtSum& sum, std::size_t cut, int sign) const {
    sum.add(tree_.cuts[cut].time, sign, cuts_.standard[cut], cuts_.watts[cut], cuts_.smoothed[cut]);
  }

  const PhaseTree& tree_;
  const CutEnergies& cuts_;
  std::vector<DoubtSum> inclusive_;
  std::vector<DoubtSum> self_;
};

}  // namespace

std::vector<NodeEnergy> node_energies(const PhaseTree& tree, const CutEnergies& cuts) {
  std::vector<NodeEnergy> energies(tree.nodes.size());
  for (std::size_t atom = 0; atom + 1 < tree.cuts.size(); ++atom) {
    EnergySum& self = energies[tree.cuts[atom].node].self;
    self.joules += cuts.joules[atom + 1] - cuts.joules[atom];
    self.noise += cuts.noise[atom + 1] - cuts.noise[atom];
  }
  for (NodeEnergy& energy : energies) energy.inclusive = energy.self;
  for (std::size_t node = energies.size() - 1; node > 0; --node) {
    EnergySum& parent = energies[tree.nodes[node].parent].inclusive;
    parent.joules += energies[node].inclusive.joules;
    parent.noise += energies[node].inclusive.noise;
  }
  DoubtWalk(tree, cuts).walk(energies);
  return energies;
}

void add_hidden(std::vector<NodeEnergy>& energies, const PhaseTree& tree, const CutEnergies& cuts,
                const std::vector<bool>& by_name) {
  const std::vector<double> others = by_name.empty() ? std::vector<double>{} : without(by_name, cuts.joules);
  const std::vector<double>& by_cuts = by_name.empty() ? cuts.joules : others;
  const std::vector<double> occurrences = hidden_of_occurrences(cuts.resolution, tree, by_cuts);
  const std::vector<double> selves = hidden_of_selves(cuts.resolution, tree, by_cuts);
  for (std::size_t node = 0; node < energies.size(); ++node) {
    energies[node].inclusive.hidden += occurrences[node];
    energies[node].self.hidden += selves[node];
  }
}

}  // namespace gpubench::phases
