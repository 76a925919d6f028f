// What a benchmark is called: in tables and labels, and in the run's id.
#pragma once

#include <string>

#include "workload/spec.h"

namespace gpubench::workload {

// Image or command name, of several containers joined.
std::string benchmark_name(const WorkloadSpec& spec);

// The base name of a command line's program, without its extension: "python3 /a/train.py" -> "python3".
std::string command_name(const std::string& command_line);

}  // namespace gpubench::workload
