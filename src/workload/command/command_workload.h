// A plain command as workload: a shell line, or a program with its arguments.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "platform/clock.h"
#include "workload/workload.h"

namespace gpubench::workload {

struct CommandOptions {
  std::vector<std::string> argv;         // program and arguments; {"/bin/sh", "-c", LINE} for a shell line
  std::string name;                      // for labels; see benchmark_name()
  std::string command_line;              // for the reader
  std::string results_directory;         // where the command may leave results; it finds this in IRIS_GPUBENCH_RESULTS
  std::vector<std::string> environment;  // the whole environment, "NAME=value" each
  base::Duration stop_grace = std::chrono::seconds(10);  // between SIGTERM and SIGKILL
  // A container engine: it hands signals on by itself, and has helpers in groups of their own, which must not outlive it.
  bool is_engine = false;
};

// Everything refers to objects that must outlive the workload.
std::unique_ptr<Workload> make_command_workload(CommandOptions options, const platform::Clock& clock, LogSink& log);

}  // namespace gpubench::workload
