// What a comparison needs of a run, as its metrics.json has it, be it of this machine or of another.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "compare/metric.h"

namespace gpubench::compare {

// A value in its metric's unit.
struct Figure {
  double value = 0;
  double meter = 0;   // comparative standard uncertainty, without what follows
  double common = 0;  // standard uncertainty that all runs share: the disagreement of two methods
  int decimals = -1;  // digits after the point that it was written with; -1: all of a computed number
};

struct Board {
  std::string uuid;
  std::string name;
  std::optional<double> joules;
  std::optional<double> power_limit_watts;
  std::optional<double> start_celsius;
  std::optional<double> mean_celsius;
  std::optional<double> sm_clock_mhz;
};

// A phase of the benchmark, which the run's marks or log name.
struct PhaseValues {
  std::string path;  // "epoch/step"
  double seconds = 0;
  std::optional<Figure> energy;  // empty: not known well enough
};

struct RunValues {
  std::string id;
  std::string benchmark;
  std::string kind;     // "container" or "command"
  std::string command;  // may be empty
  std::string image;    // likewise
  std::string host;
  std::string driver;
  std::string tool_version;
  double start_seconds = 0;  // since 1970
  bool replayed = false;
  bool slowed_by_heat = false;
  std::vector<std::string> findings;  // names
  std::vector<Board> boards;
  std::array<std::optional<Figure>, kMetricCount> figures;  // carbon: as emitted
  std::optional<double> grams_per_kwh;                      // mean intensity
  std::string work_unit;
  std::vector<PhaseValues> phases;  // in the order of the run; the last is its unmarked time
  std::string unusable;             // why its figures cannot be read, such as another schema version; empty: they can

  [[nodiscard]] const std::optional<Figure>& figure(Metric metric) const { return figures[index_of(metric)]; }
  // Runs of one key do the same work: benchmark, its command line, number of GPUs.
  [[nodiscard]] std::string key() const;
};

// An error: not the metrics.json of a run. Of another schema version only the name is read.
base::Result<RunValues> run_values(const nlohmann::json& metrics);
base::Result<RunValues> read_run_values(const std::filesystem::path& metrics_file);

// The causes for which a run does not count, as its findings name them. No run is left out for its value.
std::vector<std::string> causes_not_to_count(const RunValues& run);

}  // namespace gpubench::compare
