// Which engine runs an image.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workload/spec.h"

namespace gpubench::workload {

enum class Engine : std::uint8_t { docker, apptainer, charliecloud };

// As --engine says, or by what the image's name looks like: files, folders and URLs are no images of Docker.
// `environment`: NAME=value, with the PATH in which the engines are looked for.
Engine engine_for(const BenchmarkSpec& benchmark, const std::vector<std::string>& environment);

// Whether a program of this name is in the environment's PATH.
bool is_in_path(const std::string& program, const std::vector<std::string>& environment);

}  // namespace gpubench::workload
