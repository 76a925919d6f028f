// Images that were made for a run and are kept for the next: archives as .sif, and what came from a registry.
#pragma once

#include <string>

#include "base/result.h"
#include "workload/apptainer/apptainer_options.h"
#include "workload/apptainer/image_source.h"

namespace gpubench::workload {

// The .sif of an archive or a URL, made if it is not there: once, however many ask for it at the same time.
base::Result<std::string> cached_image(const ApptainerOptions& options, const ImageSource& source);

}  // namespace gpubench::workload
