// Sides of runs with given figures.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "compare/report.h"

namespace gpubench::compare::examples {

inline const std::vector<double> kBaseJoules{3012, 3020, 3008, 3016, 3024};
inline const std::vector<double> kNewJoules{3071, 3083, 3069, 3078, 3089};

inline SideRun run_of(const std::string& id, double joules, double seconds = 4, const std::string& uuid = "GPU-a") {
  SideRun run;
  run.values.id = id;
  run.values.benchmark = "simulate";
  run.values.start_seconds = 1.0e9 + seconds;
  run.values.boards.push_back({uuid, "NVIDIA H200", joules, 700, 40, 50, 1980});
  const auto put = [&run](Metric metric, double value) { run.values.figures[index_of(metric)] = Figure{value}; };
  put(Metric::energy, joules);
  put(Metric::time, seconds);
  put(Metric::power, joules / seconds);
  run.sitting = id;
  return run;
}

// The runs of one sitting; with `set`, run i is in block i of it.
inline Side side_of(const std::string& name, const std::vector<double>& joules, const std::string& set = {}) {
  Side side{name, {}, {}};
  for (std::size_t i = 0; i < joules.size(); ++i) {
    SideRun run = run_of(name + std::to_string(i + 1), joules[i]);
    run.sitting = set.empty() ? name : set;
    run.set = set;
    run.block = set.empty() ? 0 : i + 1;
    run.values.start_seconds += static_cast<double>(i) * 10;
    side.runs.push_back(run);
  }
  return side;
}

inline Report report_of(const Side& base, const Side& changed, const Options& options = {}) {
  return make_report(base, {changed}, options, [](const Side&, const Side&) { return KnownScatter{}; });
}

inline Options with_gates(const std::vector<std::string>& gates) {
  Options options;
  for (const std::string& gate : gates) options.gates.push_back(*parse_gate(gate));
  return options;
}

inline bool has_doubt(const Comparison& comparison, const std::string& name) {
  for (const Doubt& doubt : comparison.doubts)
    if (doubt.name == name) return true;
  return false;
}

inline const Row& energy_of(const Report& report) {
  return *report.comparisons.at(0).find(Metric::energy);
}

}  // namespace gpubench::compare::examples
