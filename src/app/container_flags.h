// The command line's options for a container.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "workload/container_settings.h"

namespace CLI {
class App;
}

namespace gpubench::app {

// As they were written; empty: not given.
struct ContainerFlags {
  std::string gpu_access = "auto";
  std::string pull = "never";
  std::vector<std::string> env_files;
  std::vector<std::string> mounts;
  std::vector<std::string> tmpfs;
  std::vector<std::string> ulimits;
  std::vector<std::string> results_paths;
  std::string results_limit;
  std::vector<std::string> results_excluded;
  std::string shm_size;
  std::string user;
  std::string workdir;
  std::string network;
  std::string memory;
  std::string cpus;
};

void describe_container_flags(CLI::App& app, ContainerFlags& flags, const char* group);

// Whether any of them was given.
bool any_given(const ContainerFlags& flags);

// An error names the option.
base::Result<workload::ContainerSettings> container_settings(const ContainerFlags& flags);

// "/path[:options]" with an absolute path, as the engine wants them.
base::Result<std::vector<std::string>> checked_tmpfs(const std::vector<std::string>& tmpfs);

// The lines NAME=VALUE of a file, without empty ones and comments (#).
base::Result<std::vector<std::string>> read_env_file(const std::string& path);

}  // namespace gpubench::app
