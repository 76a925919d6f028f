// Sets on disk: results/<set id>/set.json, beside the folders of its runs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sets/run_set.h"

namespace gpubench::sets {

struct SavedSet {
  std::filesystem::path folder;  // of set.json
  RunSet set;

  [[nodiscard]] std::filesystem::path results_dir() const { return folder.parent_path(); }
  [[nodiscard]] std::filesystem::path run_folder(const Member& member) const { return results_dir() / member.run; }
};

// Whole or not at all, and on disk when it returns.
base::Result<void> save_set(const std::filesystem::path& folder, const RunSet& set);
// The error names the file.
base::Result<RunSet> load_set(const std::filesystem::path& folder);

bool is_set(const std::filesystem::path& folder);

// The set that `name` means: its id in results_dir, its path, or its label, of which the newest set has it. Empty: no set is
// called so. An error: there is such a set, and it cannot be read.
base::Result<std::optional<SavedSet>> find_set(const std::filesystem::path& results_dir, const std::string& name);

// Folders of sets, oldest first.
std::vector<std::filesystem::path> set_folders(const std::filesystem::path& results_dir);

}  // namespace gpubench::sets
