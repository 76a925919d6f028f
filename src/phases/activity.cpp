#include "phases/activity.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "meter/activity.h"

namespace gpubench::phases {
namespace {

// Of a phase's time, so much must be known.
constexpr double kLeastKnown = 0.5;

// Sums over all windows that lie within the phases of one node.
struct ActivitySum {
  double seconds = 0;                    // of all windows
  meter::OfEachValue<double> weights{};  // seconds of those that have the value
  meter::OfEachValue<double> sums{};     // value x seconds
};

// Adds one GPU's readings. Their windows rise, so the cuts are walked once.
class ActivityWalk {
 public:
  ActivityWalk(const PhaseTree& tree, std::vector<ActivitySum>& sums)
      : tree_(tree), sums_(sums), inside_(tree.nodes.size()) {}

  void add(const meter::GpuReading& reading) {
    const auto window = windows_.of(reading);
    if (!window || window->length() <= base::Duration::zero()) return;
    find_nodes(*window);
    const double length = base::to_seconds(window->length());
    for (const std::uint32_t node : touched_) {
      if (inside_[node] >= meter::kMostlyWithin * length) add(sums_[node], reading, inside_[node]);
      inside_[node] = 0;
    }
    touched_.clear();
  }

 private:
  // How long the window is within each node's phases.
  void find_nodes(base::Window window) {
    const std::vector<Cut>& cuts = tree_.cuts;
    while (first_ + 1 < cuts.size() && cuts[first_ + 1].time <= window.start) ++first_;
    for (std::size_t atom = first_; atom + 1 < cuts.size() && cuts[atom].time < window.end; ++atom) {
      const base::SteadyTime from = std::max(cuts[atom].time, window.start);
      const double seconds = base::to_seconds(std::min(cuts[atom + 1].time, window.end) - from);
      if (seconds <= 0) continue;
      for (std::uint32_t node = cuts[atom].node; node != 0; node = tree_.nodes[node].parent) note(node, seconds);
    }
  }
  void note(std::uint32_t node, double seconds) {
    if (inside_[node] == 0) touched_.push_back(node);
    inside_[node] += seconds;
  }
  static void add(ActivitySum& sum, const meter::GpuReading& reading, double seconds) {
    sum.seconds += seconds;
    for (const meter::ValueFacts& facts : meter::kValueFacts) {
      if (!facts.activity) continue;
      const auto value = facts.read(reading);
      if (!value) continue;
      sum.weights[facts.kind] += seconds;
      sum.sums[facts.kind] += *value * seconds;
    }
  }

  const PhaseTree& tree_;
  std::vector<ActivitySum>& sums_;
  meter::ActivityWindows windows_;
  std::vector<double> inside_;          // seconds, by node
  std::vector<std::uint32_t> touched_;  // nodes of which some is inside
  std::size_t first_ = 0;               // cut
};

std::vector<ActivityMean> means_of(const ActivitySum& sum, double least_seconds) {
  std::vector<ActivityMean> means;
  if (sum.seconds < least_seconds || sum.seconds <= 0) return means;
  for (const meter::ValueFacts& facts : meter::kValueFacts)
    if (facts.activity && sum.weights[facts.kind] >= least_seconds)
      means.push_back({facts.kind, sum.sums[facts.kind] / sum.weights[facts.kind]});
  return means;
}

}  // namespace

std::vector<std::vector<ActivityMean>> phase_activity(const PhaseTree& tree,
                                                      std::span<const series::GpuSeries* const> gpus) {
  std::vector<ActivitySum> sums(tree.nodes.size());
  for (const series::GpuSeries* gpu : gpus) {
    if (!gpu->readings) continue;
    ActivityWalk walk(tree, sums);
    series::for_each(*gpu->readings, [&](const meter::GpuReading& reading) { walk.add(reading); });
  }
  std::vector<std::vector<ActivityMean>> means;
  means.reserve(sums.size());
  for (std::size_t node = 0; node < sums.size(); ++node) {
    const double all = base::to_seconds(tree.nodes[node].time) * static_cast<double>(gpus.size());
    means.push_back(means_of(sums[node], kLeastKnown * all));
  }
  return means;
}

}  // namespace gpubench::phases
