// The runs that a name means: one run, or those of a set.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "runs/run_directory.h"
#include "sets/roles.h"
#include "sets/saved_set.h"

namespace gpubench::sets {

// `name`: a folder, an id or a label, of a run or of a set, or "latest". Of a set: the runs that came to an end.
base::Result<std::vector<runs::RunDirectory>> find_named_runs(const std::filesystem::path& results_dir,
                                                              const std::string& name);

// One run for a name: of a set the last that counts.
base::Result<runs::RunDirectory> find_counted_run(const std::filesystem::path& results_dir, const std::string& name);

// What the runs of a set came to, as far as they can be read.
FiguresOfRuns figures_of(const SavedSet& saved);

}  // namespace gpubench::sets
