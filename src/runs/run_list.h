// The runs of a folder, each by what its metrics.json says, and sets of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace gpubench::runs {

// Of the energy, k = 2.
struct HalfWidths {
  std::optional<double> joules;           // comparative
  std::optional<double> absolute_joules;  // with the sensors' gain
};

struct ListedPhase {
  std::string name;
  std::optional<double> seconds;
  std::optional<double> joules;
};

// Of a run in a set.
struct PlaceInSet {
  std::string set;  // its id; empty: the run is in none
  std::string variant;
  std::string role;  // "counted", "warmup" or "excluded"
};

// Texts and numbers are empty where metrics.json has none. A set stands for its runs: its figures are the means of those
// that count, and unknown if it has several variants.
struct ListedRun {
  std::string id;
  std::string label;                // the user's name for it
  std::optional<std::size_t> runs;  // of a set: those that count, of each variant; empty: it is a run
  PlaceInSet in;
  std::string why_unknown;  // why there are no figures: "running"; empty: there are
  std::string benchmark;
  std::string gpu_name;
  std::optional<std::int64_t> gpu_count;
  std::string start;
  std::optional<double> seconds;
  std::optional<double> kilowatt_hours;
  std::optional<double> grams;
  std::optional<double> score;
  std::optional<double> joules_per_work;
  std::string host;
  std::string boards;  // UUIDs of its GPUs, separated by spaces
  std::optional<double> joules;
  HalfWidths half_width;
  std::vector<ListedPhase> phases;     // the outermost, in the order of the run
  std::optional<std::string> outcome;  // "complete", or what keeps the figures from being a whole benchmark's

  [[nodiscard]] bool is_set() const { return runs.has_value(); }
};

// The phase that used most of the run's energy. Null: none is known.
const ListedPhase* largest_phase(const ListedRun& run);

// Which runs are shown, and in which order.
struct RunChoice {
  std::string benchmark;  // part of its name, as what follows; empty: any
  std::string gpu;
  std::string label;
  std::string sort = "start";  // or "time", "energy", "carbon", "score", "benchmark": least first, what is not known last
  std::size_t last = 0;        // only so many of the end; 0: all
};
std::vector<ListedRun> chosen_runs(std::vector<ListedRun> runs, const RunChoice& choice);

// The same as JSON: a list of objects.
std::string run_list_json(const std::vector<ListedRun>& runs);

// The folders of runs, oldest first.
base::Result<std::vector<std::filesystem::path>> run_folders(const std::filesystem::path& results_dir);

// What is in one of them.
ListedRun list_run(const std::filesystem::path& directory);

// What is in all of them, in the same order.
base::Result<std::vector<ListedRun>> list_runs(const std::filesystem::path& results_dir);

}  // namespace gpubench::runs
