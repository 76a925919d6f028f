// What a set needs of each of its runs, by its metrics.json.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "base/time.h"

namespace gpubench::sets {

// Of one board.
struct BoardEnergy {
  std::string uuid;
  base::Energy energy;
};

struct RunFigures {
  std::string benchmark;
  std::optional<base::Energy> energy;       // of all its GPUs
  std::optional<base::Energy> comparative;  // half-width, k = 2
  base::Energy disagreement;                // standard uncertainty that the runs of a set have in common
  std::optional<base::WallTime> start;      // of the benchmark
  base::Duration elapsed{};
  std::optional<base::Emissions> emissions;
  std::optional<double> score;
  std::vector<BoardEnergy> boards;    // those of which the energy is known
  std::vector<std::string> gpus;      // the names of all
  std::vector<std::string> findings;  // their names
  std::vector<std::string> texts;     // and what they say, in the same order
  bool replay = false;
};

// An error: there is no metrics.json, or it is damaged.
base::Result<RunFigures> read_figures(const std::filesystem::path& run_folder);

}  // namespace gpubench::sets
