// The last finished run before one, of the same benchmark on the same kind of GPUs.
#pragma once

#include <filesystem>
#include <optional>

#include "record/earlier_run.h"
#include "record/run_record.h"

namespace gpubench::runs {

// Empty: there is none among the newest in the folder. Only a few files are read, however many runs there are.
std::optional<record::EarlierRun> find_earlier_run(const std::filesystem::path& results_dir, const record::RunRecord& run);

}  // namespace gpubench::runs
