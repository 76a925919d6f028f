// The result files of a container, copied out after its end.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "platform/clock.h"
#include "workload/container_settings.h"
#include "workload/docker/engine/client.h"

namespace gpubench::workload {

// Copies /root/results into `directory`, and each of the settings' results_paths into a folder in it (results_folders).
// Whether there was anything.
base::Result<bool> copy_results(EngineClient& engine, const platform::Clock& clock, const std::string& container,
                                const ContainerSettings& settings, const std::filesystem::path& directory);

}  // namespace gpubench::workload
