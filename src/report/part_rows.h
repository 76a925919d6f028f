// Each of several containers of a run as a row of text, for the tables of every output.
#pragma once

#include <string>
#include <vector>

#include "record/run_record.h"

namespace gpubench::report {

// Explains the rows to readers who add them up.
inline constexpr const char* kPartsRemark =
    "A container's energy is that of its own GPUs during its own time. The total covers all GPUs from the first start to "
    "the last end.";

std::vector<std::string> part_headings();
// One for each container; none for a run of one benchmark.
std::vector<std::vector<std::string>> part_rows(const record::RunRecord& run);

// "succeeded (exit code 0)", "exit code not known" where this tool was killed first, "FAILED (exit code 137,
// out of memory)", "INTERRUPTED (...)".
std::string outcome_text(const record::BenchmarkRecord& benchmark);

}  // namespace gpubench::report
