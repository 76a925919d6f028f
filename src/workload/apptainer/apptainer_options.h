// What Apptainer or Charliecloud is to run, and how.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workload/container_settings.h"
#include "workload/marks.h"
#include "workload/workload.h"

namespace gpubench::workload {

// Makes the workload of a program that is run as it is. The log must outlive it.
using RunProgram = std::function<std::unique_ptr<Workload>(std::vector<std::string> argv,
                                                           std::vector<std::string> environment, LogSink& log)>;

struct ApptainerOptions {
  std::string program;                   // "apptainer", "singularity" or "ch-run"
  std::string image;                     // a file, a folder, an archive, a URL
  std::string name;                      // for labels
  std::vector<std::string> environment;  // NAME=value: this process's own, with which the engine is run
  std::vector<std::string> command;      // empty: the image decides
  std::optional<std::string> entrypoint;
  std::vector<std::string> env;      // NAME=value, of the container
  std::vector<std::string> volumes;  // SOURCE:TARGET[:ro]
  std::vector<std::string> tmpfs;    // TARGET
  ContainerSettings settings;
  bool wants_gpus = false;
  std::optional<std::string> visible_gpus;  // CUDA_VISIBLE_DEVICES; empty: all
  bool is_rank = false;                     // of a job: it shares /tmp, processes and environment with the others
  bool is_root = false;                     // root's home is /root, where images have results
  std::filesystem::path results;            // absolute: where its results go; empty: nowhere
  MarksAccess marks;
  std::function<void(const std::string&)> tell;  // news of what takes long before the start, a line each
  int interrupt_fd = -1;                         // readable: what takes long before the start is given up
  RunProgram run_program;

  [[nodiscard]] bool is_charliecloud() const { return program == "ch-run"; }
};

}  // namespace gpubench::workload
