// How far the figures can be trusted, GPU by GPU.
#pragma once

#include <string>

#include "record/run_record.h"

namespace gpubench::report {

// Counter's state, samples lost, gaps, jitter, restarts; one row per GPU, and a line about the run.
std::string quality_table(const record::RunRecord& run);

// Idle power before and after, energy above idle; one row per GPU. Empty if no GPU's idle power is known.
std::string idle_table(const record::RunRecord& run);

// Time, energy and power while utilised, and the peaks; one row per GPU. Empty if no GPU reports its utilisation.
std::string utilized_table(const record::RunRecord& run);

}  // namespace gpubench::report
