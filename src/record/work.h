// How much a benchmark says that it did.
#pragma once

#include <string>

namespace gpubench::record {

struct Work {
  double amount = 0;  // above 0
  std::string unit;   // "images"; "units" where the benchmark does not say
};

}  // namespace gpubench::record
