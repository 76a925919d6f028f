// A run's folder as an RO-Crate (w3id.org/ro/crate) of the profile Process Run Crate.
#pragma once

#include <filesystem>
#include <string>

#include "record/run_record.h"

namespace gpubench::report {

// ro-crate-metadata.json: the action with its times and outcome, the program, the result files that are in `folder`, and the
// resources that it used as values with units.
std::string ro_crate(const record::RunRecord& run, const std::filesystem::path& folder);

}  // namespace gpubench::report
