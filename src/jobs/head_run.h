// One record of all nodes of a job around one command: agents measure the nodes, the head runs the benchmark.
#pragma once

#include <string>
#include <vector>

#include "cli/environment.h"
#include "cli/run_spec.h"

namespace gpubench::jobs {

// `agent`: the command line of an agent, but for its results folder and its group; `benchmark`: the words after "--", may
// be none. Returns the exit code.
struct AgentLine {
  std::vector<std::string> agent;
  std::vector<std::string> benchmark;
};
int run_head(const cli::RunSpec& spec, const cli::Environment& environment, const AgentLine& line);

}  // namespace gpubench::jobs
