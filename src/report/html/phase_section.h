// The phases of a run on the page: a table, and the bar under the power.
#pragma once

#include <ostream>
#include <string>

#include "record/run_record.h"

namespace gpubench::report {

// One row per phase; empty: the benchmark said nothing of any.
std::string html_phases(const record::RunRecord& run);

// For the script: {"names": [[path, depth, figures] ...], "bars": [[from, to, phase, figures] ...]}, in seconds since the
// start.
void write_phase_bars(std::ostream& out, const record::RunRecord& run);

}  // namespace gpubench::report
