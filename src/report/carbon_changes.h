// A run's recalculated carbon next to the original, as text.
#pragma once

#include <string>

#include "record/run_record.h"

namespace gpubench::report {

// Sources, each half-hour and the totals, old and new; both are of the same run.
std::string carbon_changes(const record::RunRecord& before, const record::RunRecord& after);

}  // namespace gpubench::report
