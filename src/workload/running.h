// Something that runs already, to be measured from now on.
#pragma once

#include <string>
#include <vector>

namespace gpubench::workload {

struct Running {
  int process_id = 0;                      // of its first process, on this machine
  std::string container;                   // name or id, as the user gave it; empty: a plain process
  std::string name;                        // for labels; empty: the image's or the program's
  std::vector<std::string> environment;    // NAME=value, of a container as the engine was given it; empty: not known
  std::string gpus = "all";                // of a container: what its engine was told, as --gpus has it
  std::vector<std::string> gpu_addresses;  // of a container with device nodes: where their GPUs are on the bus
  std::string gpus_unclear;                // why it is unclear which GPUs a container has; then all count
  std::string command_line;                // for the reader; may be empty
  std::string image_id;                    // of a container
  std::string engine;                      // of a container: "Docker 20.10.24"
};

}  // namespace gpubench::workload
