#include "phases/short_phases.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <optional>

#include "energy/power_sample.h"
#include "energy/sensor.h"
#include "phases/resolution.h"

namespace gpubench::phases {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLeastOccurrences = 30;
constexpr std::size_t kMostColumns = 100;
constexpr std::size_t kMostRowsForLag = 3'000;
constexpr base::Duration kLagStep = 4ms;
constexpr base::Duration kLagApart = 12ms;  // lags that differ by more are different answers
constexpr double kClearlyWorse = 1.2;
constexpr base::Duration kLagDoubt = 2ms;  // of the one that fits best

bool is_short(const PhaseNode& node) {
  return node.count >= kLeastOccurrences && node.is_shorter_than(kLongestShort);
}

base::Duration length_of(const PhaseTree& tree, std::size_t atom) {
  return tree.cuts[atom + 1].time - tree.cuts[atom].time;
}

// The short phases' own times, and what lies between them.
std::vector<bool> atoms_of_short_phases(const PhaseTree& tree) {
  const std::size_t count = tree.cuts.size() - 1;
  const auto of_short = [&](std::size_t atom) {
    return tree.cuts[atom].node != 0 && is_short(tree.nodes[tree.cuts[atom].node]);
  };
  std::vector<bool> atoms(count);
  for (std::size_t atom = 0; atom < count; ++atom) {
    const bool beside = (atom > 0 && of_short(atom - 1)) || (atom + 1 < count && of_short(atom + 1));
    atoms[atom] = of_short(atom) || (beside && length_of(tree, atom) < kLongestShort);
  }
  return atoms;
}

// A column for each phase that has such times.
class Columns {
 public:
  Columns(const PhaseTree& tree, const std::vector<bool>& atoms) : number_(tree.nodes.size(), -1) {
    for (std::size_t atom = 0; atom < atoms.size(); ++atom) {
      if (!atoms[atom]) continue;
      int& number = number_[tree.cuts[atom].node];
      if (number < 0) {
        number = static_cast<int>(nodes_.size());
        nodes_.push_back(tree.cuts[atom].node);
        seconds_.push_back(0);
      }
      seconds_[static_cast<std::size_t>(number)] += base::to_seconds(length_of(tree, atom));
    }
  }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] std::size_t of(std::uint32_t node) const { return static_cast<std::size_t>(number_[node]); }
  [[nodiscard]] std::uint32_t node(std::size_t column) const { return nodes_[column]; }
  [[nodiscard]] double seconds(std::size_t column) const { return seconds_[column]; }

 private:
  std::vector<int> number_;
  std::vector<std::uint32_t> nodes_;
  std::vector<double> seconds_;
};

// Normal equations of the least squares.
class Equations {
 public:
  explicit Equations(std::size_t columns) : n_(columns), matrix_(columns * columns), right_(columns) {}

  struct Share {
    std::size_t column;
    double share;
  };
  void add(const std::vector<Share>& row, double watts) {
    for (const Share& a : row) {
      right_[a.column] += a.share * watts;
      for (const Share& b : row) matrix_[a.column * n_ + b.column] += a.share * b.share;
    }
    squares_ += watts * watts;
    ++rows_;
  }

  struct Solution {
    std::vector<double> watts;
    std::vector<double> variance;  // of each
    double residual = 0;           // sum of squares
  };
  // Empty: the phases cannot be separated.
  [[nodiscard]] std::optional<Solution> solve() const {
    if (rows_ <= n_) return std::nullopt;
    const auto inverse = inverted();
    if (!inverse) return std::nullopt;
    Solution solution;
    solution.residual = squares_;
    for (std::size_t row = 0; row < n_; ++row) {
      double watts = 0;
      for (std::size_t column = 0; column < n_; ++column) watts += (*inverse)[row * n_ + column] * right_[column];
      solution.watts.push_back(watts);
      solution.residual -= watts * right_[row];
    }
    solution.residual = std::max(solution.residual, 0.0);
    const double variance = solution.residual / static_cast<double>(rows_ - n_);
    for (std::size_t row = 0; row < n_; ++row) solution.variance.push_back(variance * (*inverse)[row * n_ + row]);
    return solution;
  }

 private:
  // Gauss and Jordan; the matrix is symmetric and has no negative eigenvalue, so its diagonal serves as pivots.
  [[nodiscard]] std::optional<std::vector<double>> inverted() const {
    constexpr double kSingular = 1e-9;
    std::vector<double> a = matrix_;
    std::vector<double> inverse(n_ * n_);
    for (std::size_t i = 0; i < n_; ++i) inverse[i * n_ + i] = 1;
    for (std::size_t pivot = 0; pivot < n_; ++pivot) {
      const double value = a[pivot * n_ + pivot];
      if (!(value > kSingular * matrix_[pivot * n_ + pivot]) || !(value > 0)) return std::nullopt;
      scale_row(a, pivot, 1 / value);
      scale_row(inverse, pivot, 1 / value);
      for (std::size_t row = 0; row < n_; ++row) {
        if (row == pivot) continue;
        const double factor = a[row * n_ + pivot];
        subtract_row(a, row, pivot, factor);
        subtract_row(inverse, row, pivot, factor);
      }
    }
    return inverse;
  }
  void scale_row(std::vector<double>& a, std::size_t row, double factor) const {
    for (std::size_t i = 0; i < n_; ++i) a[row * n_ + i] *= factor;
  }
  void subtract_row(std::vector<double>& a, std::size_t row, std::size_t from, double factor) const {
    for (std::size_t i = 0; i < n_; ++i) a[row * n_ + i] -= factor * a[from * n_ + i];
  }

  std::size_t n_;
  std::vector<double> matrix_;
  std::vector<double> right_;
  double squares_ = 0;
  std::size_t rows_ = 0;
};

class Fit {
 public:
  Fit(const series::Series<meter::PowerSample>& power, const PhaseTree& tree, const std::vector<bool>& atoms,
      const Columns& columns, base::Duration spacing)
      : power_(power), tree_(tree), atoms_(atoms), columns_(columns), spacing_(spacing) {}

  [[nodiscard]] std::optional<Equations::Solution> at(base::Duration lag, std::size_t most_rows) const {
    Equations equations(columns_.size());
    std::size_t rows = 0;
    std::size_t atom = 0;
    std::vector<Equations::Share> row;
    energy::visit_samples(power_, tree_.cuts.front().time, [&](const meter::PowerSample& sample) {
      const base::SteadyTime middle = sample.time - lag;
      const base::Window window{middle - spacing_ / 2, middle + spacing_ / 2};
      if (window.start >= tree_.cuts.back().time || rows >= most_rows) return false;
      if (shares(window, atom, row)) {
        equations.add(row, sample.power.watts());
        ++rows;
      }
      return true;
    });
    return equations.solve();
  }

 private:
  // False: part of the window is no such time. `atom`: where to look from, for this window and later ones.
  bool shares(base::Window window, std::size_t& atom, std::vector<Equations::Share>& row) const {
    row.clear();
    if (window.start < tree_.cuts.front().time || window.end > tree_.cuts.back().time) return false;
    while (tree_.cuts[atom + 1].time <= window.start) ++atom;
    for (std::size_t at = atom; at < atoms_.size() && tree_.cuts[at].time < window.end; ++at) {
      if (!atoms_[at]) return false;
      const base::SteadyTime start = std::max(window.start, tree_.cuts[at].time);
      const base::SteadyTime end = std::min(window.end, tree_.cuts[at + 1].time);
      add(row, columns_.of(tree_.cuts[at].node), base::to_seconds(end - start) / base::to_seconds(window.length()));
    }
    return true;
  }
  static void add(std::vector<Equations::Share>& row, std::size_t column, double share) {
    for (Equations::Share& known : row) {
      if (known.column != column) continue;
      known.share += share;
      return;
    }
    row.push_back({column, share});
  }

  const series::Series<meter::PowerSample>& power_;
  const PhaseTree& tree_;
  const std::vector<bool>& atoms_;
  const Columns& columns_;
  base::Duration spacing_;
};

// The lag with the smallest residual; empty: another one is nearly as good.
std::optional<base::Duration> best_lag(const Fit& fit, const Lag& usual) {
  struct Tried {
    base::Duration lag;
    double residual;
  };
  std::vector<Tried> tried;
  for (base::Duration lag{}; lag <= usual.value * 2; lag += kLagStep)
    if (const auto solution = fit.at(lag, kMostRowsForLag)) tried.push_back({lag, solution->residual});
  if (tried.empty()) return std::nullopt;
  const auto best =
      std::min_element(tried.begin(), tried.end(), [](const Tried& a, const Tried& b) { return a.residual < b.residual; });
  for (const Tried& other : tried)
    if (std::chrono::abs(other.lag - best->lag) > kLagApart && other.residual < best->residual * kClearlyWorse)
      return std::nullopt;
  return best->lag;
}

}  // namespace

ShortPhases fit_short_phases(const series::Series<meter::PowerSample>& power, const PhaseTree& tree, const Lag& lag,
                             base::Duration spacing, const std::vector<double>& joules) {
  ShortPhases none;
  if (std::none_of(tree.nodes.begin() + 1, tree.nodes.end(), is_short)) return none;
  ShortPhases fitted;
  fitted.atoms = atoms_of_short_phases(tree);
  const Columns columns(tree, fitted.atoms);
  if (columns.size() == 0 || columns.size() > kMostColumns) return none;
  const Fit fit(power, tree, fitted.atoms, columns, spacing);
  const auto used_lag = lag.marks > 0 ? std::optional(lag.value) : best_lag(fit, lag);
  if (!used_lag) return none;
  constexpr auto kAll = static_cast<std::size_t>(-1);
  const auto solution = fit.at(*used_lag, kAll);
  const base::Duration doubt = lag.marks > 0 ? lag.standard : kLagDoubt;
  const auto later = fit.at(*used_lag + doubt, kAll);
  if (!solution || !later) return none;
  double by_cuts = 0;
  double by_fit = 0;
  for (std::size_t atom = 0; atom < fitted.atoms.size(); ++atom)
    if (fitted.atoms[atom]) by_cuts += joules[atom + 1] - joules[atom];
  for (std::size_t i = 0; i < columns.size(); ++i) by_fit += std::max(solution->watts[i], 0.0) * columns.seconds(i);
  if (!(by_fit > 0)) return none;
  // Samples and the run's energy may differ; where these differ by more, the cuts around the short phases are wrong.
  const double apart = std::max(0.0, std::abs(by_cuts / by_fit - 1) - energy::kRingShare);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    FittedEnergy& energy = fitted.nodes[columns.node(i)];
    energy.joules = std::max(solution->watts[i], 0.0) * columns.seconds(i) * by_cuts / by_fit;
    const double watts = std::hypot(std::sqrt(std::max(solution->variance[i], 0.0)), later->watts[i] - solution->watts[i]);
    energy.standard = std::hypot(columns.seconds(i) * watts, apart * energy.joules);
    energy.is_short = columns.node(i) != 0 && is_short(tree.nodes[columns.node(i)]);
  }
  return fitted;
}

}  // namespace gpubench::phases
