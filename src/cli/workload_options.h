// What is run: images, a shell line, or a program.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/option_table.h"
#include "workload/spec.h"

namespace gpubench::cli {

// What the command line says of it; the spec follows when all of it is known.
struct WorkloadLine {
  workload::BenchmarkSpec benchmark;  // the command, or what holds for each image
  std::vector<std::string> images;
  std::vector<std::string> gpus;  // one wish for all images, or one for each
  std::string file;               // that lists containers
  bool in_turn = false;

  [[nodiscard]] bool asks_for_images() const;  // "" is among them: a list is wanted, no run
};

std::vector<Option> workload_options(WorkloadLine& line);
Option stop_grace_option(workload::BenchmarkSpec& benchmark);

// An error: nothing to run, or things that exclude each other.
base::Result<workload::WorkloadSpec> workload_spec(const WorkloadLine& line);

}  // namespace gpubench::cli
