// What "--benchmark_image A --benchmark_image B", or a file of containers, comes to.
#pragma once

#include <string>
#include <vector>

#include "app/options.h"
#include "base/result.h"

namespace gpubench::app {

// The same options for each image; `gpus` is one wish for all of them or one for each, or empty.
base::Result<std::vector<BenchmarkOptions>> one_for_each(const BenchmarkOptions& common,
                                                         const std::vector<std::string>& images,
                                                         const std::vector<std::string>& gpus);

struct ContainersFile {
  std::vector<BenchmarkOptions> containers;  // at least one
  bool in_turn = false;
};

// YAML: "containers" is a list of maps whose keys are names of `options` (a list repeats the option) or "arguments", and
// "in_turn" may be true. An error names the file and the line.
base::Result<ContainersFile> read_containers_file(const std::string& path, const std::vector<std::string>& options);

}  // namespace gpubench::app
