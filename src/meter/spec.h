// Which meter is read.
#pragma once

#include <string>

namespace gpubench::meter {

struct MeterSpec {
  std::string source = "nvml";  // or "replay:FILE[,gpus=N]", or "none": others measure the GPUs
  std::string record_trace;     // file to which all that is read is recorded; empty: none
  std::string nvml_library;     // path of another NVML library, for tests; empty: the driver's
};

}  // namespace gpubench::meter
