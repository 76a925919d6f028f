// A benchmark in an image that Apptainer or Charliecloud runs: as this user, without a daemon.
#pragma once

#include <memory>

#include "workload/apptainer/apptainer_options.h"
#include "workload/workload.h"

namespace gpubench::workload {

// `log` must outlive the workload.
std::unique_ptr<Workload> make_apptainer_workload(ApptainerOptions options, LogSink& log);

}  // namespace gpubench::workload
