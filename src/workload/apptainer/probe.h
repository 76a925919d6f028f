// A short look into an image before anything is measured: whether it starts, and whether its GPUs arrive.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "workload/apptainer/apptainer_options.h"
#include "workload/apptainer/engine_line.h"

namespace gpubench::workload {

struct Probe {
  bool could_look = false;  // the image has a shell
  bool has_driver_library = false;
  bool has_device = false;
  bool has_own_program = false;  // that "apptainer run" starts
};

// An error: the engine does not start the image.
base::Result<Probe> probe_image(const ApptainerOptions& options, const EngineLine& line, const std::string& image);

// An error if a GPU that is wanted does not arrive.
base::Result<void> check_gpus(const ApptainerOptions& options, const Probe& probe);

}  // namespace gpubench::workload
