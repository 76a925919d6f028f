// The tables of the page, from the record alone.
#pragma once

#include <string>

#include "record/run_record.h"

namespace gpubench::report {

// Of the run's total; put together from the GPUs' where the record has none.
energy::Uncertainty total_uncertainty(const record::RunRecord& run);

// Energy by each method and its uncertainty, one row per GPU.
std::string html_energy(const record::RunRecord& run);
// One row per half-hour.
std::string html_carbon(const record::RunRecord& run);
// The GPUs, their limits and how busy they were.
std::string html_gpus(const record::RunRecord& run);
// Command lines, versions, host: what is needed to repeat the run.
std::string html_reproduce(const record::RunRecord& run);

// Each of several containers; empty for a run of one benchmark.
std::string html_parts(const record::RunRecord& run);

}  // namespace gpubench::report
