// Tables of what the driver counted, of who used the GPUs, and of the GPUs that are not the benchmark's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "record/run_record.h"

namespace gpubench::report {

// "benchmark", "foreign" or "unknown".
std::string_view user_kind_name(record::UserKind kind);

// One GPU's counts as texts.
struct GpuEventTexts {
  std::string gpu;  // index
  std::string power_cap;
  std::string heat;
  std::string corrected;
  std::string uncorrected;
  std::string xids;
  std::string users;  // that are not the benchmark's
};
// Empty if nothing was watched.
std::vector<GpuEventTexts> gpu_event_texts(const record::RunRecord& run);

// Each of the two is empty if there is nothing to report.
std::string gpu_events_table(const record::RunRecord& run);
std::string other_gpus_table(const record::RunRecord& run);

}  // namespace gpubench::report
