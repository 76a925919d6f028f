// A file that lists containers.
#pragma once

#include <string>

#include "base/result.h"
#include "workload/spec.h"

namespace gpubench::cli {

// YAML: "containers" is a list of maps whose keys are the names of a container's options (a list repeats the option) or
// "arguments", and "in_turn" may be true. There is at least one container. An error names the file and the line.
base::Result<workload::WorkloadSpec> read_containers_file(const std::string& path);

}  // namespace gpubench::cli
