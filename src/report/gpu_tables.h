// The tables that show GPUs one by one.
#pragma once

#include <string>
#include <vector>

#include "record/run_record.h"

namespace gpubench::report {

// A lone GPU's energy by each method, one row per figure.
std::string one_energy_table(const record::GpuRecord& gpu);
// The same for several, one row per GPU.
std::string energy_table(const record::RunRecord& run);
// Averages over busy readings, one row per GPU.
std::string each_gpu_table(const record::RunRecord& run);
// Why clocks were below their maximum, one row per reason; empty if there is nothing to report.
std::string throttling_table(const record::RunRecord& run);

// What the GPUs were doing, as means over the run: a row for each. Empty: none reports it.
std::vector<std::string> activity_headings(const record::RunRecord& run);
std::vector<std::vector<std::string>> activity_rows(const record::RunRecord& run);
inline constexpr const char* kActivityRemark =
    "Means over the run, by the driver's performance counters. The memory's GB/s are an estimate, by its bus width and its "
    "highest clock.";

}  // namespace gpubench::report
