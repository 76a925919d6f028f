// The run of a benchmark, which needs no word of its own.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/run_options.h"
#include "cli/run_spec.h"
#include "commands/command.h"

namespace gpubench::commands {

// The spec with what it takes from the environment.
cli::RunSpec with_environment(cli::RunSpec spec, const Context& context);

// That the words are those of a run that can be started later.
base::Result<void> check_run(const std::vector<std::string>& words);

// On other machines, and one there that is taken up again (host_run.cpp). Return the exit code.
int run_on_hosts(const cli::RunLine& line, const Context& context);
int attach_to_host(const cli::RunLine& line, const std::string& host, const std::string& run, const Context& context);

}  // namespace gpubench::commands
