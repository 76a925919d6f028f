// What is run.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "workload/container_settings.h"
#include "workload/engine_hints.h"
#include "workload/running.h"

namespace gpubench::workload {

// An image, a shell line, or a program with arguments (`arguments` alone).
struct BenchmarkSpec {
  std::optional<std::string> image;
  std::optional<std::string> command_line;
  std::vector<std::string> arguments;    // of the container, or the program itself
  std::vector<std::string> volumes;      // SOURCE:TARGET[:ro]
  std::vector<std::string> environment;  // of the container: NAME=value
  std::optional<std::string> entrypoint;
  std::string gpus = "all";        // all, none, a number, indices or UUIDs
  std::vector<std::string> tmpfs;  // TARGET[:OPTIONS]
  ContainerSettings container;
  base::Duration stop_grace = std::chrono::seconds(10);  // from SIGTERM to SIGKILL
  std::optional<std::string> score_regex;                // of the log line that holds the score
  friend bool operator==(const BenchmarkSpec&, const BenchmarkSpec&) = default;
};

struct WorkloadSpec {
  std::vector<BenchmarkSpec> benchmarks;  // one, or several containers
  std::optional<Running> running;         // to be watched; then nothing of the benchmarks is started
  bool in_turn = false;                   // the several one after the other; else side by side
  EngineHints engine;
  std::vector<std::string> environment;  // NAME=value: this process's own, handed on to a command
};

}  // namespace gpubench::workload
