// What a run gives its workload beside the spec.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "gpus/workload_gpus.h"
#include "meter/gpu_meter.h"
#include "platform/clock.h"
#include "runs/run_directory.h"
#include "workload/marks.h"
#include "workload/spec.h"
#include "workload/workload.h"

namespace gpubench::run {

// Where a command may leave result files. Absolute.
std::filesystem::path command_results(const runs::RunDirectory& directory);

// What a workload is given beside its spec.
struct WorkloadPlace {
  const meter::MeterSource& source;
  const gpus::WorkloadGpus& gpus;
  const runs::RunDirectory& directory;
  int interrupt_fd = -1;  // readable: preparation that takes long is given up
  std::optional<workload::NvtxInjection> nvtx = {};
  std::string marks_client = {};                  // the folder; empty: not asked for
  std::vector<std::filesystem::path> marks = {};  // a file for each benchmark, or none
  bool is_rank = false;                           // one of several processes of a job
};
// `logs`: one for each of several containers, else one.
base::Result<std::unique_ptr<workload::Workload>> make_workload(workload::WorkloadSpec spec, const WorkloadPlace& place,
                                                                const platform::Clock& clock,
                                                                const std::vector<workload::LogSink*>& logs);

}  // namespace gpubench::run
