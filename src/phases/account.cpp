#include "phases/account.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

#include "energy/power_sample.h"
#include "phases/cut_energies.h"
#include "phases/node_energies.h"
#include "phases/phase_tree.h"
#include "phases/short_phases.h"

namespace gpubench::phases {
namespace {

constexpr double kMostDoubt = 0.3;  // half-width as a share of the energy: above it the energy says nothing
// Power samples drift from the counter: 0.15 % (k = 2) over 5 s on an H200.
constexpr double kDrift = 0.00075;
constexpr std::size_t kLeastForMean = 5;
constexpr std::size_t kMostBars = 2000;

energy::UncertaintyTerm term(std::string_view name, double joules, std::string explanation) {
  energy::UncertaintyTerm term;
  term.name = name;
  term.standard = base::Energy::from_joules(std::abs(joules));
  term.explanation = std::move(explanation);
  return term;
}

double standard_of_lag(const EnergySum& sum, const Lag& lag) {
  return std::abs(sum.watts) * base::to_seconds(lag.standard);
}

double standard_of_samples(const EnergySum& sum) {
  return std::hypot(kDrift * sum.joules, std::sqrt(sum.noise));
}

// Errors of the cuts are independent of each other, or all alike.
double standard_of_marks(const EnergySum& sum) {
  return std::hypot(std::max(std::sqrt(sum.variance), std::abs(sum.smoothed)), sum.hidden);
}

energy::Uncertainty uncertainty_of(const EnergySum& sum, const Lag& lag, const energy::EnergyEstimate& whole) {
  const double share = std::clamp(sum.joules / std::max(whole.energy.joules(), 1e-9), 0.0, 1.0);
  energy::Uncertainty uncertainty;
  uncertainty.terms = {
      term("whole", share * whole.uncertainty.standard().joules(), "the run's own interval, by the phase's share of it"),
      term("marks", standard_of_marks(sum), "power samples around its starts and ends"),
      term("lag", standard_of_lag(sum, lag), "lag of the samples, times the change of power between start and end"),
      term("samples", standard_of_samples(sum) * std::sqrt(1 - share),
           "power between the samples, by their scatter; their drift against the energy counter: 0.15 %"),
      energy::gain_term(base::Energy::from_joules(sum.joules))};
  return uncertainty;
}

// What all GPUs together give for each node.
struct NodeTotal {
  base::Energy energy;
  base::Energy self;
  double self_variance = 0;
  double smoothed = 0;  // joules: doubt that all occurrences share, k = 1
  std::vector<energy::Uncertainty> parts;
  bool by_name = false;
};

class Accounting {
 public:
  Accounting(const PhaseTree& tree, base::Window run) : tree_(tree), run_(run), totals_(tree.nodes.size()) {}

  // False: the phases of this GPU cannot be known.
  bool add(const GpuPart& gpu) {
    if (gpu.whole == nullptr) return false;
    auto cuts = cut_energies(*gpu.series, run_, *gpu.whole, tree_.cuts);
    if (!cuts) return false;
    std::vector<NodeEnergy> energies = node_energies(tree_, *cuts);
    add_hidden(energies, tree_, *cuts, cuts->fine ? take_fitted(energies, *gpu.series, *cuts) : std::vector<bool>{});
    for (std::size_t node = 0; node < energies.size(); ++node) add_node(node, energies[node], *cuts, *gpu.whole);
    lags_.push_back(cuts->lag);
    add_cuts(*std::move(cuts));
    return true;
  }
  [[nodiscard]] const std::vector<NodeTotal>& totals() const { return totals_; }
  [[nodiscard]] const std::vector<double>& joules() const { return joules_; }
  [[nodiscard]] const std::vector<Lag>& lags() const { return lags_; }
  // From one cut to another: energy, and standard uncertainty but for the run's own.
  [[nodiscard]] std::pair<double, double> between(std::size_t from, std::size_t to) const {
    const double lag = lag_joules_[to] - lag_joules_[from];
    const bool is_short = tree_.cuts[to].time - tree_.cuts[from].time < resolution_.shortest;
    const double shared = resolution_.hidden(tree_.cuts, joules_, from, to, is_short);
    return {joules_[to] - joules_[from],
            std::sqrt(variances_[to] + variances_[from] + lag * lag + shared * shared + noise_[to] - noise_[from])};
  }
  // For each node the doubt that its occurrences have in common.
  [[nodiscard]] std::vector<double> hidden() const { return hidden_of_occurrences(resolution_, tree_, joules_); }

 private:
  // One kind after another, each gone before the next one has its place: there may be a million of each.
  void add_cuts(CutEnergies cuts) {
    resolution_.narrow(std::exchange(cuts.resolution, {}));
    cuts.smoothed = {};
    add_to(joules_, std::exchange(cuts.joules, {}), [](double joules) { return joules; });
    add_to(variances_, std::exchange(cuts.standard, {}), [](float standard) { return standard * standard; });
    add_to(noise_, std::exchange(cuts.noise, {}), [](float noise) { return noise; });
    const auto lag = static_cast<float>(base::to_seconds(cuts.lag.standard));
    add_to(lag_joules_, std::exchange(cuts.watts, {}), [lag](float watts) { return watts * lag; });
  }

  template <class Number, class Of>
  static void add_to(std::vector<Number>& sums, const std::vector<Number>& cuts, Of of) {
    sums.resize(cuts.size());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += of(cuts[i]);
  }

  // Replaces what single cuts cannot know; what is taken from one node is another's, so the sum stays. From which cuts to
  // the next it did so; empty: from none.
  std::vector<bool> take_fitted(std::vector<NodeEnergy>& energies, const series::GpuSeries& gpu, const CutEnergies& cuts) {
    const auto spacing = energy::usual_spacing(*gpu.power, run_);
    if (!spacing) return {};
    ShortPhases fitted = fit_short_phases(*gpu.power, tree_, cuts.lag, *spacing, cuts.joules);
    if (fitted.nodes.empty()) return {};
    for (std::size_t atom = 0; atom < fitted.atoms.size(); ++atom)
      if (fitted.atoms[atom]) energies[tree_.cuts[atom].node].self.joules -= cuts.joules[atom + 1] - cuts.joules[atom];
    for (const auto& [node, energy] : fitted.nodes) {
      EnergySum& self = energies[node].self;
      self.joules += energy.joules;
      self.variance = energy.standard * energy.standard + (energy.is_short ? 0 : self.variance);
      if (!energy.is_short) continue;
      self.watts = self.smoothed = 0;  // its doubt of the lag is in the other term
      totals_[node].by_name = true;
    }
    add_up_again(energies);
    return std::move(fitted.atoms);
  }

  void add_up_again(std::vector<NodeEnergy>& energies) const {
    std::vector<double> variances(energies.size());
    for (NodeEnergy& energy : energies) energy.inclusive.joules = energy.self.joules;
    for (std::size_t node = energies.size() - 1; node > 0; --node) {
      const std::uint32_t parent = tree_.nodes[node].parent;
      energies[parent].inclusive.joules += energies[node].inclusive.joules;
      if (!totals_[node].by_name) continue;
      energies[node].inclusive.variance = energies[node].self.variance + variances[node];
      energies[node].inclusive.watts = energies[node].inclusive.smoothed = 0;
      variances[parent] += energies[node].inclusive.variance;
    }
  }

  void add_node(std::size_t node, const NodeEnergy& energy, const CutEnergies& cuts, const energy::EnergyEstimate& whole) {
    NodeTotal& total = totals_[node];
    total.energy += base::Energy::from_joules(energy.inclusive.joules);
    total.self += base::Energy::from_joules(energy.self.joules);
    total.smoothed += std::abs(energy.inclusive.smoothed);
    total.parts.push_back(uncertainty_of(energy.inclusive, cuts.lag, whole));
    total.self_variance += std::pow(uncertainty_of(energy.self, cuts.lag, whole).standard().joules(), 2);
  }

  const PhaseTree& tree_;
  const base::Window run_;
  std::vector<NodeTotal> totals_;
  std::vector<double> joules_;     // of all GPUs at each cut
  std::vector<float> variances_;   // joule^2
  std::vector<float> lag_joules_;  // what the lag's uncertainty moves it by
  std::vector<float> noise_;       // joule^2, of the samples between the cuts
  Resolution resolution_;          // of all GPUs
  std::vector<Lag> lags_;
};

// Mean and scatter, one value after the other.
struct Scatter {
  std::size_t count = 0;
  double mean = 0;
  double squares = 0;
  double shared = 0;  // sum of the doubt that is the same each time, k = 1
  void add(double value) {
    ++count;
    const double from_mean = value - mean;
    mean += from_mean / static_cast<double>(count);
    squares += from_mean * (value - mean);
  }
};

// Half-width of the mean of `count` values, 95 %: Student's t by its expansion (Abramowitz and Stegun 26.7.5).
double mean_half_width(const Scatter& scatter) {
  constexpr double z = 1.959964;
  const auto freedom = static_cast<double>(scatter.count - 1);
  const double t = z + (std::pow(z, 3) + z) / (4 * freedom) +
                   (5 * std::pow(z, 5) + 16 * std::pow(z, 3) + 3 * z) / (96 * freedom * freedom);
  return t * std::sqrt(scatter.squares / freedom / static_cast<double>(scatter.count));
}

std::vector<Scatter> scatters(const PhaseTree& tree, const Accounting& accounting) {
  std::vector<Scatter> scatters(tree.nodes.size());
  const std::vector<double>& joules = accounting.joules();
  for (const Occurrence& one : tree.occurrences) scatters[one.node].add(joules[one.end] - joules[one.start]);
  const std::vector<double> hidden = accounting.hidden();
  for (std::size_t node = 0; node < hidden.size(); ++node) scatters[node].shared = hidden[node];
  return scatters;
}

std::optional<EachEnergy> each_of(const Scatter& scatter, double smoothed) {
  if (scatter.count < kLeastForMean) return std::nullopt;
  const double shared = std::hypot(scatter.shared, smoothed) / static_cast<double>(scatter.count);
  if (2 * shared >= kMostDoubt * scatter.mean) return std::nullopt;
  return EachEnergy{base::Energy::from_joules(scatter.mean),
                    base::Energy::from_joules(std::hypot(mean_half_width(scatter), 2 * shared))};
}

void add_energy(Phase& phase, const NodeTotal& total, const Scatter& scatter) {
  phase.uncertainty = energy::of_sum(total.parts);
  const bool says_something = phase.uncertainty.comparative() < total.energy * kMostDoubt;
  if (!says_something) {
    phase.basis = EnergyBasis::refused;
    return;
  }
  phase.basis = total.by_name ? EnergyBasis::by_name : EnergyBasis::cuts;
  phase.energy = total.energy;
  phase.self_energy = total.self;
  phase.self_half_width = base::Energy::from_joules(2 * std::sqrt(total.self_variance));
  if (phase.basis == EnergyBasis::cuts) phase.each = each_of(scatter, total.smoothed);
}

Phase phase_of(const PhaseTree& tree, const PhaseNode& node) {
  Phase phase;
  phase.name = tree.names[node.name];
  phase.depth = node.depth - 1;
  phase.count = node.count;
  phase.time = node.time;
  phase.self_time = node.self_time;
  for (const NodeWork& work : node.works) phase.works.push_back({tree.names[work.unit], work.amount});
  return phase;
}

// Parents before children, each with its own behind it, in the order in which they first came.
std::vector<std::uint32_t> in_order(const PhaseTree& tree) {
  std::vector<std::vector<std::uint32_t>> children(tree.nodes.size());
  for (std::uint32_t node = 1; node < tree.nodes.size(); ++node) children[tree.nodes[node].parent].push_back(node);
  std::vector<std::uint32_t> order;
  std::vector<std::uint32_t> next(children.front().rbegin(), children.front().rend());
  while (!next.empty()) {
    const std::uint32_t node = next.back();
    next.pop_back();
    order.push_back(node);
    next.insert(next.end(), children[node].rbegin(), children[node].rend());
  }
  return order;
}

void add_energy(PhaseBar& bar, const Accounting& accounting, const Occurrence& occurrence) {
  const auto [joules, standard] = accounting.between(occurrence.start, occurrence.end);
  bar.half_width = base::Energy::from_joules(2 * std::hypot(standard, kDrift * joules));
  if (bar.half_width.joules() < kMostDoubt * joules) bar.energy = base::Energy::from_joules(joules);
}

std::vector<PhaseBar> bars_of(const PhaseTree& tree, const std::vector<std::size_t>& numbers, const Accounting* accounting) {
  std::vector<const Occurrence*> longest;
  for (const Occurrence& occurrence : tree.occurrences)
    if (occurrence.node != 0) longest.push_back(&occurrence);
  const auto length = [&](const Occurrence* a) { return tree.cuts[a->end].time - tree.cuts[a->start].time; };
  if (longest.size() > kMostBars) {
    std::nth_element(longest.begin(), longest.begin() + kMostBars, longest.end(),
                     [&](const auto* a, const auto* b) { return length(a) > length(b); });
    longest.resize(kMostBars);
  }
  std::sort(longest.begin(), longest.end(), [&](const auto* a, const auto* b) {
    return a->start != b->start ? a->start < b->start : length(a) > length(b);
  });
  std::vector<PhaseBar> bars;
  for (const Occurrence* occurrence : longest) {
    PhaseBar bar{{tree.cuts[occurrence->start].time, tree.cuts[occurrence->end].time}, numbers[occurrence->node]};
    if (accounting != nullptr) add_energy(bar, *accounting, *occurrence);
    bars.push_back(bar);
  }
  return bars;
}

void add_others(PhaseAccount& account, const PhaseTree& tree) {
  for (const OtherPhase& other : tree.others)
    account.others.push_back({tree.lanes[other.lane].name, tree.names[other.name], other.count, other.time});
  account.more_others = tree.more_others;
}

}  // namespace

std::optional<base::Power> Phase::average_power() const {
  if (!energy || time <= base::Duration::zero()) return std::nullopt;
  return *energy / time;
}

bool PhaseAccount::synchronised() const {
  return std::all_of(lags.begin(), lags.end(), [](const Lag& lag) { return lag.synchronised; });
}

namespace {

std::vector<std::vector<ActivityMean>> activity_of(const PhaseTree& tree, std::span<const GpuPart> gpus) {
  std::vector<const series::GpuSeries*> series;
  series.reserve(gpus.size());
  for (const GpuPart& gpu : gpus) series.push_back(gpu.series);
  return phase_activity(tree, series);
}

}  // namespace

std::optional<PhaseAccount> account_phases(Marks marks, base::Window run, std::span<const GpuPart> gpus) {
  PhaseAccount account;
  account.troubles = marks.troubles;
  account.short_ranges = marks.short_ranges;
  const PhaseTree tree = make_phase_tree(std::move(marks), run);
  if (tree.nodes.size() < 2) return std::nullopt;
  account.origin = tree.lanes[tree.main_lane].origin;
  account.lane = tree.lanes[tree.main_lane].name;
  Accounting accounting(tree, run);
  const bool known =
      !gpus.empty() && std::all_of(gpus.begin(), gpus.end(), [&](const GpuPart& gpu) { return accounting.add(gpu); });
  const std::vector<Scatter> each = known ? scatters(tree, accounting) : std::vector<Scatter>{};
  std::vector<std::vector<ActivityMean>> activity = activity_of(tree, gpus);
  std::vector<std::size_t> numbers(tree.nodes.size());
  for (const std::uint32_t node : in_order(tree)) {
    Phase phase = phase_of(tree, tree.nodes[node]);
    if (phase.depth > 0) phase.parent = numbers[tree.nodes[node].parent];
    if (known) add_energy(phase, accounting.totals()[node], each[node]);
    phase.activity = std::move(activity[node]);
    numbers[node] = account.phases.size();
    account.phases.push_back(std::move(phase));
  }
  account.unmarked.name = "(unmarked)";
  account.unmarked.time = account.unmarked.self_time = tree.nodes.front().self_time;
  if (known) {
    const NodeTotal& rest = accounting.totals().front();
    account.unmarked.basis = EnergyBasis::cuts;
    account.unmarked.energy = account.unmarked.self_energy = rest.self;
    account.unmarked.self_half_width = base::Energy::from_joules(2 * std::sqrt(rest.self_variance));
    account.lags = accounting.lags();
  }
  account.bars = bars_of(tree, numbers, known ? &accounting : nullptr);
  add_others(account, tree);
  return account;
}

}  // namespace gpubench::phases
