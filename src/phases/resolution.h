// What a power series does not show, as it lies too near to something else.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "base/time.h"
#include "phases/phase_tree.h"

namespace gpubench::phases {

// Marks that are closer are one edge of the load.
inline constexpr base::Duration kSamePlace = std::chrono::milliseconds(20);
// Power samples of the driver show the power of longer phases.
inline constexpr base::Duration kLongestShort = std::chrono::milliseconds(200);

// On which sides of a cut the power is steady: the energy at the cut is then found from there.
struct SteadySides {
  bool before = false;
  bool after = false;
};

// Of shorter times a series shows the mean with their neighbours, and no scatter that says how wrong this is: the doubt must
// come from their length. It is the same each time, so that it does not become less where there are many.
struct Resolution {
  std::vector<SteadySides> sides;           // one for each cut
  base::Duration shortest = kLongestShort;  // phase that has an energy of its own
  base::Duration edge = kSamePlace;         // what lies within it looks like one edge

  // Doubt of an occurrence, in joules, k = 1. Of a short phase all of it may be its neighbours', unless the power before and
  // after it is steady: then its energy is found from there. Of others up to half of an edge beside them may be theirs.
  // `joules`: at each cut.
  [[nodiscard]] double hidden(const std::vector<Cut>& cuts, const std::vector<double>& joules, std::size_t from,
                              std::size_t to, bool is_short) const;
  // Of a node's own time between two cuts: of a short one as much as an edge holds.
  [[nodiscard]] double hidden_of_self(const std::vector<Cut>& cuts, const std::vector<double>& joules, std::size_t from,
                                      std::size_t to) const;
  // To what the other shows as well.
  void narrow(Resolution other);
};

// The doubt of all times of each node: of its occurrences, or of its own time without the phases within them. Short ones
// that follow each other at once are one time: together they are known from its two ends.
std::vector<double> hidden_of_occurrences(const Resolution& resolution, const PhaseTree& tree,
                                          const std::vector<double>& joules);
std::vector<double> hidden_of_selves(const Resolution& resolution, const PhaseTree& tree, const std::vector<double>& joules);

}  // namespace gpubench::phases
