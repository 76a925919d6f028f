// formatted_metrics.txt: the tables for a reader, also printed at the end of a run.
#pragma once

#include <string>

#include "record/run_record.h"

namespace gpubench::report {

std::string formatted_tables(const record::RunRecord& run);

}  // namespace gpubench::report
