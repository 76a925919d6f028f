// runtime.log: what the tool did.
#pragma once

#include <spdlog/logger.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"

namespace gpubench::run {

// A new file; also on standard error if `verbose`. `level`: spdlog's name of it.
base::Result<std::shared_ptr<spdlog::logger>> make_run_log(const std::filesystem::path& path, const std::string& level,
                                                           bool verbose);

}  // namespace gpubench::run
