// What a benchmark is called: in tables and labels, and in the run's id.
#pragma once

#include <string>

#include "workload/spec.h"

namespace gpubench::workload {

// Image or command name, of several containers joined.
std::string benchmark_name(const WorkloadSpec& spec);

// Of an image: "bench" of /scratch/bench.sif, "debian:12" of docker://debian:12, and others as they are.
std::string image_label(const std::string& image);

// The base name of the program that a shell's command line runs, without the extension of a script:
// "cd /a && OMP_NUM_THREADS=4 ./sim.sh 1" -> "sim". What prepares it (assignments, cd, export, source, time,
// env, do ...) is skipped.
std::string command_name(const std::string& command_line);

}  // namespace gpubench::workload
