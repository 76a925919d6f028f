// The work that a benchmark reports.
#pragma once

#include <string>

namespace gpubench::record {

struct Work {
  double amount = 0;  // above 0
  std::string unit;   // "images"; "units" if the benchmark does not say
};

}  // namespace gpubench::record
