// How a run ended, in words.
#pragma once

#include <string>

#include "record/run_record.h"

namespace gpubench::report {

// "succeeded (exit code 0)", "INTERRUPTED (exit code 143), at the time limit of 3 s (--timeout)".
std::string outcome_line(const record::RunRecord& run);

}  // namespace gpubench::report
