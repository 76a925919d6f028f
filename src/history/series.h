// A benchmark on one choice of boards over time: a value for each sitting, the steps between levels, what else changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/change_of.h"
#include "compare/gate.h"
#include "compare/report.h"
#include "statistics/steps.h"

namespace gpubench::history {

struct Point {
  std::string sitting;
  double start_seconds = 0;  // since 1970
  double value = 0;          // the mean of the sitting's runs, in the metric's unit
  std::size_t runs = 0;
  std::vector<std::string> marks;  // what is not as at the point before: "driver 550 -> 560"
  statistics::Sample logs;         // of the runs
};

// The newest point beside those before it, since the last step and at most 30 of them.
struct Newest {
  std::size_t before = 0;
  statistics::Change change;      // of logarithms
  statistics::Interval interval;  // 95 %, as a share
};

struct Series {
  std::string key;  // of its runs; with the variant's name where variants of a set have one key
  std::string boards;
  compare::Metric metric = compare::Metric::energy;
  std::string unit;
  std::vector<Point> points;
  std::vector<statistics::Step> steps;
  std::optional<Newest> newest;  // empty: fewer than three points before it
  bool few_of_variant = false;   // of a variant with a series of its own, of fewer than three earlier sittings in all
};

struct Choice {
  std::string key;  // a part of a series' key; empty: all
  compare::Metric metric = compare::Metric::energy;
  std::size_t last = 0;  // points; 0: all
};

// Whether the key of a series contains it.
bool has_key(const std::vector<compare::SideRun>& runs, const std::string& key);

// Runs that count and have the metric, by key and boards; in the order of the keys.
std::vector<Series> make_series(const std::vector<compare::SideRun>& runs, const Choice& choice);

// The newest point of each series against those before it.
compare::GateResult judge_newest(const Series& series, const compare::Gate& gate);

// A set made once leaves such series for ever: where another series is judged, they do not count.
bool gate_passes_over(const Series& series);

// How runs of BASE's key on its boards scatter, within a sitting and between sittings of one level. The sittings of the two
// sides themselves are left out.
compare::KnownScatter known_scatter(const std::vector<compare::SideRun>& runs, const compare::Side& base,
                                    const compare::Side& changed);

}  // namespace gpubench::history
