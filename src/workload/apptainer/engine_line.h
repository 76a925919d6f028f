// The command line by which an engine runs an image.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "workload/apptainer/apptainer_options.h"

namespace gpubench::workload {

struct EngineLine {
  std::vector<std::string> options;
  std::vector<std::string> environment;  // of the engine, NAME=value
};

// An error: something is asked for that engines which run without root cannot do.
base::Result<void> check_settings(const ApptainerOptions& options);

// "nv", "nvccli", "cdi", "image" (Charliecloud: what is in it) or "none".
std::string gpu_access_of(const ApptainerOptions& options);

// The folders below `options.results` exist. `image`: the file or folder that is run.
base::Result<EngineLine> engine_line(const ApptainerOptions& options, const std::string& image);

// All of it: with these words in the image or, for Apptainer's own program of the image, as its arguments.
enum class ImageAction : std::uint8_t { exec, run };
std::vector<std::string> full_line(const ApptainerOptions& options, const EngineLine& line, ImageAction action,
                                   const std::string& image, const std::vector<std::string>& words);

}  // namespace gpubench::workload
