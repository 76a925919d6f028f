#include "phases/resolution.h"

#include <algorithm>
#include <utility>

#include "energy/uncertainty.h"

namespace gpubench::phases {
namespace {

// Doubt of a gap between two short times that are taken as one, as a share of its energy, k = 1. It shows their power and
// may have up to nine times as much.
constexpr double kGapDoubt = 4;

// Adds up the doubt of the times of one node, which come by their ends.
class HiddenSum {
 public:
  // `hidden` of a time from a cut to another: its doubt.
  template <class Hidden>
  void add(const PhaseTree& tree, const std::vector<double>& joules, std::size_t from, std::size_t to, Hidden hidden) {
    const bool joins = any_ && tree.cuts[from].time <= tree.cuts[to_].time + kSamePlace;
    if (!joins) {
      close(hidden);
      any_ = true;
      from_ = from;
    } else if (from > to_) {
      gaps_ += joules[from] - joules[to_];
    }
    from_ = std::min(from_, from);  // of a tree that has no more room, one may be within the next
    to_ = to;
    each_ += hidden(from, to);
  }
  template <class Hidden>
  double finish(Hidden hidden) {
    close(hidden);
    return sum_;
  }

 private:
  template <class Hidden>
  void close(Hidden hidden) {
    if (any_) sum_ += std::min(each_, hidden(from_, to_) + kGapDoubt * gaps_);
    any_ = false;
    each_ = gaps_ = 0;
  }
  bool any_ = false;
  std::size_t from_ = 0;
  std::size_t to_ = 0;
  double each_ = 0;  // if each one stood for itself
  double gaps_ = 0;  // joules
  double sum_ = 0;
};

}  // namespace

double Resolution::hidden(const std::vector<Cut>& cuts, const std::vector<double>& joules, std::size_t from, std::size_t to,
                          bool is_short) const {
  const bool stands_alone = cuts[to].time - cuts[from].time > edge && sides[from].before && sides[to].after;
  if (is_short && !stands_alone) return joules[to] - joules[from];
  const auto of_edge = [&](std::size_t cut) {
    return cuts[cut + 1].time - cuts[cut].time <= edge ? joules[cut + 1] - joules[cut] : 0;
  };
  const double beside = (from > 0 ? of_edge(from - 1) : 0) + (to + 1 < cuts.size() ? of_edge(to) : 0);
  return beside / 2 / energy::kRoot3;
}

double Resolution::hidden_of_self(const std::vector<Cut>& cuts, const std::vector<double>& joules, std::size_t from,
                                  std::size_t to) const {
  const base::Duration length = cuts[to].time - cuts[from].time;
  const double most = joules[to] - joules[from];
  const double share = length > edge ? base::to_seconds(edge) / base::to_seconds(length) : 1;
  return std::min(hidden(cuts, joules, from, to, length < shortest), share * most);
}

void Resolution::narrow(Resolution other) {
  shortest = std::max(shortest, other.shortest);
  edge = std::max(edge, other.edge);
  if (sides.empty()) {
    sides = std::move(other.sides);
    return;
  }
  for (std::size_t cut = 0; cut < sides.size(); ++cut) {
    sides[cut].before = sides[cut].before && other.sides[cut].before;
    sides[cut].after = sides[cut].after && other.sides[cut].after;
  }
}

std::vector<double> hidden_of_occurrences(const Resolution& resolution, const PhaseTree& tree,
                                          const std::vector<double>& joules) {
  std::vector<HiddenSum> sums(tree.nodes.size());
  std::vector<double> hidden(tree.nodes.size());
  const auto short_one = [&](std::size_t from, std::size_t to) {
    const bool is_short = tree.cuts[to].time - tree.cuts[from].time < resolution.shortest;
    return resolution.hidden(tree.cuts, joules, from, to, is_short);
  };
  for (const auto& [node, start, end] : tree.occurrences) {
    if (tree.nodes[node].is_shorter_than(resolution.shortest))
      sums[node].add(tree, joules, start, end, short_one);
    else
      hidden[node] += resolution.hidden(tree.cuts, joules, start, end, false);
  }
  for (std::size_t node = 0; node < hidden.size(); ++node) hidden[node] += sums[node].finish(short_one);
  return hidden;
}

std::vector<double> hidden_of_selves(const Resolution& resolution, const PhaseTree& tree,
                                     const std::vector<double>& joules) {
  std::vector<HiddenSum> sums(tree.nodes.size());
  std::vector<double> hidden(tree.nodes.size());
  const auto of_self = [&](std::size_t from, std::size_t to) {
    return resolution.hidden_of_self(tree.cuts, joules, from, to);
  };
  for (std::size_t atom = 0; atom + 1 < tree.cuts.size(); ++atom) {
    const std::uint32_t node = tree.cuts[atom].node;
    if (tree.cuts[atom + 1].time - tree.cuts[atom].time < resolution.shortest)
      sums[node].add(tree, joules, atom, atom + 1, of_self);
    else
      hidden[node] += of_self(atom, atom + 1);
  }
  for (std::size_t node = 0; node < hidden.size(); ++node) hidden[node] += sums[node].finish(of_self);
  return hidden;
}

}  // namespace gpubench::phases
