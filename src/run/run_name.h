// What a run is called.
#pragma once

#include <string>

#include "cli/run_spec.h"
#include "workload/benchmark_name.h"

namespace gpubench::run {

// --name, else the image's or program's.
inline std::string run_name(const cli::RunSpec& spec) {
  return spec.settings.name.empty() ? workload::benchmark_name(spec.workload) : spec.settings.name;
}

}  // namespace gpubench::run
