// All that a comparison of one BASE with one or several NEW says.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compare/compare_sides.h"

namespace gpubench::compare {

// Several benchmarks as one figure, over those that both sides have.
struct SuiteRow {
  Metric metric = Metric::energy;
  statistics::Change change;  // of logarithms
};
struct Suite {
  std::string base;
  std::string changed;
  std::size_t benchmarks = 0;
  std::vector<SuiteRow> rows;
  std::vector<std::string> only_base;  // benchmarks that NEW lacks
  std::vector<std::string> only_new;
};

struct Report {
  std::vector<Comparison> comparisons;  // by NEW, then by benchmark
  std::vector<Suite> suites;            // of each NEW, if there are several benchmarks
  std::vector<std::string> notes;       // runs that could not be read
  Options options;
};

// The scatter that other sets of the runs' key and boards show; both are sides of one benchmark.
using ScatterOf = std::function<KnownScatter(const Side& base, const Side& changed)>;

Report make_report(const Side& base, const std::vector<Side>& changed, const Options& options, const ScatterOf& scatter_of);

// Exit statuses of compare.
inline constexpr int kGateFailed = 1;
inline constexpr int kGateUndecided = 3;
inline constexpr int kNotComparable = 4;

int exit_status(const Report& report);

}  // namespace gpubench::compare
