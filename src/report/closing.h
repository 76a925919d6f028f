// The last words of a run on the terminal: its key figures, a line each.
#pragma once

#include <filesystem>
#include <string>

#include "record/run_record.h"

namespace gpubench::report {

// "succeeded (exit code 0)", "INTERRUPTED (exit code 143), at the time limit of 3 s (--timeout)".
std::string outcome_line(const record::RunRecord& run);

// Outcome, energy, carbon, and, where there is one, score, work, export and findings; then where the page or the tables are.
std::string closing_lines(const record::RunRecord& run, const std::filesystem::path& folder);

}  // namespace gpubench::report
