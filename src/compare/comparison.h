// Two sides of one benchmark, compared by every metric that they have.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compare/change_of.h"
#include "compare/gate.h"

namespace gpubench::compare {

// A doubt about a comparison, with a name for programs.
struct Doubt {
  std::string name;
  std::string text;
};

struct Row {
  Metric metric = Metric::energy;
  std::string unit;
  std::optional<MeanOfSide> base;
  std::optional<MeanOfSide> changed;
  std::optional<MetricChange> change;
  std::string not_comparable;  // why there is no change
  double p = 1;                // two-sided
  double holm = 1;             // as it counts among all rows
  double would_show = 0;       // the least change that shows in 90 of 100 comparisons, on the change's scale

  [[nodiscard]] bool as_difference() const { return facts_of(metric).as_difference; }
};

// What differs between the sides beside the benchmark: driver, limits, clocks, temperature, image.
struct Covariate {
  std::string name;
  std::string base;
  std::string changed;
};

// Grams of CO2 taken apart: by the energy, and by the grid.
struct CarbonSplit {
  double base_grams_per_kwh = 0;
  double new_grams_per_kwh = 0;
};

// A phase that every run of both sides has, by its energy and its time.
struct PhaseRows {
  std::string path;
  std::vector<Row> rows;
};

struct LeftOut {
  std::string run;
  std::string why;  // "warm-up", or the causes
};

struct SideSummary {
  std::string name;
  std::size_t counted = 0;
  std::vector<LeftOut> left_out;
  std::vector<SideRun> runs;  // that count
};

struct Comparison {
  std::string benchmark;
  SideSummary base;
  SideSummary changed;
  bool paired = false;
  std::vector<Row> rows;          // in the order of the metrics
  std::vector<PhaseRows> phases;  // in the order of BASE's first run; in no gate, and not counted among the rows
  std::optional<CarbonSplit> carbon;
  std::vector<Covariate> covariates;
  std::vector<Doubt> doubts;
  std::vector<GateResult> gates;
  std::string not_comparable;  // why nothing of it is

  [[nodiscard]] const Row* find(Metric metric) const;
};

struct Options {
  bool pair = false;            // runs are pairs in the order of their start
  std::vector<Metric> metrics;  // empty: all
  std::vector<Gate> gates;
  bool undecided_passes = false;
  bool undecided_fails = false;
};

// Of work, the unit is the benchmark's own.
std::string unit_of(Metric metric, const RunValues& run);

// A change as it is shown: +0.02 of a ratio 1.02, or the difference itself.
double shown(const Row& row, double on_scale);
statistics::Interval shown(const Row& row, const statistics::Interval& on_scale);

}  // namespace gpubench::compare
