// Why a benchmark failed, in its own words: the end of its log.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "record/run_record.h"

namespace gpubench::benchmark {

// The last lines of a log that are not empty, each safe for a terminal; none if the log cannot be read.
std::vector<std::string> last_lines(const std::filesystem::path& log, std::size_t most);

// What failed, the last lines of its log, and the log's path: for standard error. Empty if nothing failed or the user ended
// it.
std::string failure_text(const record::RunRecord& run, const std::filesystem::path& folder);

}  // namespace gpubench::benchmark
