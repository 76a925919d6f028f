// The work that a benchmark reports.
#pragma once

#include <optional>
#include <string>

namespace gpubench::record {

struct Work {
  double amount = 0;  // above 0
  std::string unit;   // "images"; "units" if the benchmark does not say
};

// What it says in the end.
struct BenchmarkScore {
  std::optional<double> seconds;
  std::optional<Work> work;
  std::string trouble = {};  // what is there and cannot be used, in words
};

}  // namespace gpubench::record
