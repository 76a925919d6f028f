// The phases of a run as a tree: which was the innermost one, from when to when.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "phases/marks.h"

namespace gpubench::phases {

struct NodeWork {
  std::uint32_t unit = 0;  // of the names
  double amount = 0;
};

// All phases of one name within the same phase.
struct PhaseNode {
  std::uint32_t name = 0;    // of the names; not of the run itself
  std::uint32_t parent = 0;  // the run's own is 0
  std::uint32_t depth = 0;   // of the run: 0
  std::size_t count = 0;
  base::Duration time{};        // with the phases within it
  base::Duration self_time{};   // without
  std::vector<NodeWork> works;  // with those of the phases within it

  // In the mean.
  [[nodiscard]] bool is_shorter_than(base::Duration length) const {
    return time < length * static_cast<std::int64_t>(count);
  }
};

// From this moment until the next cut, `node` is the innermost phase.
struct Cut {
  base::SteadyTime time;
  std::uint32_t node = 0;
};
struct Occurrence {
  std::uint32_t node = 0;
  std::uint32_t start = 0;  // number of the cut
  std::uint32_t end = 0;
};

// What another lane than the main one says. Its phases overlap those of the main lane: they are not added.
struct OtherPhase {
  std::uint32_t lane = 0;
  std::uint32_t name = 0;
  std::size_t count = 0;
  base::Duration time{};
};

struct PhaseTree {
  std::vector<std::string> names;
  std::vector<Lane> lanes;
  std::uint32_t main_lane = 0;
  std::vector<PhaseNode> nodes;  // the first is the run itself: its own time is marked by nothing. Parents before children
  std::vector<Cut> cuts;         // rising; the first at the start of the run, the last at its end
  std::vector<Occurrence> occurrences;
  std::vector<OtherPhase> others;
  std::size_t more_others = 0;  // that were left out
};

// The tree of the main lane: of the best origin the one whose phases cover most of the run. Takes the marks apart.
PhaseTree make_phase_tree(Marks marks, base::Window run);

}  // namespace gpubench::phases
