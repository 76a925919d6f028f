// Names that the user gave to runs or sets to compare with: baselines.json beside them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace gpubench::compare {

struct Baseline {
  std::string name;
  std::string target;  // a run's or a set's id, or a path outside the results folder
};

// In the order of their names. An error: the file is damaged.
base::Result<std::vector<Baseline>> read_baselines(const std::filesystem::path& results_dir);
// Written whole, or left as it was.
base::Result<void> write_baselines(const std::filesystem::path& results_dir, std::vector<Baseline> baselines);

std::optional<std::string> baseline_target(const std::filesystem::path& results_dir, const std::string& name);

}  // namespace gpubench::compare
