// The account of a whole job, made from its parts. The same parts give the same account, in whatever order they come.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "beside/beside.h"
#include "parts/figures.h"

namespace gpubench::parts {

struct NodeAccount {
  std::string node;
  bool by_agent = false;  // its window is that of the benchmark, wherever that ran
  std::optional<int> number = {};
  std::string state;  // "complete", or what keeps its figures from being a whole benchmark's
  std::size_t parts = 0;
  std::size_t boards = 0;
  std::optional<int> gpus_allocated = {};
  std::size_t ranks = 0;
  base::WallTime start;
  base::WallTime end;
  std::optional<base::Energy> energy = {};
  Interval interval = {};
  // Until the last node ends, and from when the first one starts: not part of the energy. The energy is an estimate, by the
  // idle power; empty: that is not known.
  base::Duration waiting{};
  std::optional<base::Energy> waiting_energy = {};
  std::optional<NodeClock> clock = {};
  std::optional<ClockOffset> clock_offset = {};
};

struct RankAccount {
  RankRun ran;
  std::string node;
  std::optional<base::Energy> energy = {};  // where no other rank has its GPUs
  Interval interval = {};
};

// The most by which one is above the mean of all, as a fraction.
struct Imbalance {
  std::optional<double> time = {};    // of the ranks
  std::optional<double> energy = {};  // of the nodes
};

struct Job {
  std::string group;
  std::string launcher;
  std::vector<NodeAccount> nodes;
  std::vector<RankAccount> ranks;
  std::optional<int> nodes_expected = {};
  std::optional<int> ranks_expected = {};
  std::vector<PartFigures> parts;  // in the order of the nodes; each board is in one of them
  base::WallTime start;
  base::WallTime end;
  std::optional<base::Energy> energy = {};        // empty: that of a node or a board is not known
  std::optional<base::Energy> known_energy = {};  // at least so much was used
  Interval interval = {};                         // of known_energy
  std::optional<base::Emissions> emissions = {};
  std::optional<base::Emissions> known_emissions = {};
  std::optional<base::Emissions> emissions_half_width = {};
  std::optional<int> exit_code = {};  // the highest of the ranks', as launchers have it
  Imbalance imbalance;
  beside::Beside beside;  // the energy, in no sum
  std::vector<Doubt> doubts;

  [[nodiscard]] bool is_complete() const;  // no node or rank is missing
  // The part of the benchmark itself, of a job around which one program was started; null: there is none.
  [[nodiscard]] const PartFigures* head() const;
  // The nodes whose agent ended before it was told of the benchmark's end: its figures are only those up to then.
  [[nodiscard]] std::vector<std::string> nodes_cut_short() const;
  // "3 on n1": ranks of which a GPU is in no part, though the rank itself is in one.
  [[nodiscard]] std::vector<std::string> ranks_not_measured() const;
};

// A part that is there without figures, and why.
struct Missing {
  std::string part;
  std::string why;
  friend auto operator<=>(const Missing&, const Missing&) = default;
};

}  // namespace gpubench::parts
