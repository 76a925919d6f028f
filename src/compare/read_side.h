// From what the user names to the runs of a side.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "compare/side.h"

namespace gpubench::compare {

// A set's id, folder or label, with ":VARIANT" for one variant of it; a run's id or folder; a metrics.json; a folder of
// runs; "latest", or "latest~1" for the one before; a baseline's name. Of a set with several variants the first is meant.
base::Result<Side> read_side(const std::filesystem::path& results_dir, const std::string& given);

// What `given` means now, for later: a run's or a set's id (with its variant), or the path of what is elsewhere.
base::Result<std::string> lasting_name(const std::filesystem::path& results_dir, const std::string& given);

// The other variants of the set that `name` means, as names for read_side(); empty: it is not such a set.
std::vector<std::string> other_variants(const std::filesystem::path& results_dir, const std::string& name);

}  // namespace gpubench::compare
