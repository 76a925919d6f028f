#include "phases/resolution.h"

#include <algorithm>
#include <utility>

#include "energy/uncertainty.h"

namespace gpubench::phases {

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

double Resolution::hidden_to_next(const std::vector<Cut>& cuts, const std::vector<double>& joules, std::size_t cut) const {
  const base::Duration length = cuts[cut + 1].time - cuts[cut].time;
  const double most = joules[cut + 1] - joules[cut];
  const double share = length > edge ? base::to_seconds(edge) / base::to_seconds(length) : 1;
  return std::min(hidden(cuts, joules, cut, cut + 1, length < shortest), share * most);
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

}  // namespace gpubench::phases
