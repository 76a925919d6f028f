// The front door of the workloads: what is run, and what an engine has for it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "platform/clock.h"
#include "workload/gpu_request.h"
#include "workload/marks.h"
#include "workload/own_container.h"
#include "workload/spec.h"
#include "workload/workload.h"

namespace gpubench::workload {

// What a run gives its workload beside the spec. `gpus` and `logs` have an entry for each benchmark.
struct WorkloadContext {
  std::string run_id;
  std::filesystem::path results;             // absolute: where a command may leave result files
  std::vector<std::filesystem::path> marks;  // of each benchmark: the file for its marks; empty: none
  std::optional<NvtxInjection> nvtx = {};
  std::string marks_client = {};  // a folder with the clients for marks, absolute; empty: not asked for
  std::vector<std::vector<GpuRequest>> gpus;
  bool is_rank = false;    // one of several processes of a job, which share memory, and find each other by the environment
  bool gives_gpus = true;  // false: they are a replay's, which nobody can be given
  std::vector<LogSink*> logs;
  std::function<void(const std::string&)> tell;  // news of what takes long before the start, a line each
  int interrupt_fd = -1;                         // readable: what takes long before the start is given up
};

// The clock and the logs must outlive the workload.
base::Result<std::unique_ptr<Workload>> open_workload(const WorkloadSpec& spec, const WorkloadContext& context,
                                                      const platform::Clock& clock);

// The images that can be run, sorted by name; those with "base" in their name (to build others on) are left out.
base::Result<std::vector<std::string>> list_images(const EngineHints& hints);

// A process of this machine that runs, and what there is to know of it.
base::Result<Running> find_running_process(int process_id);
// A container that runs on this machine, by its name or id.
base::Result<Running> find_running_container(const EngineHints& hints, const std::string& container);

base::Result<std::vector<OwnContainer>> list_own_containers(const EngineHints& hints);
base::Result<void> remove_own_container(const EngineHints& hints, const OwnContainer& container,
                                        const platform::Clock& clock);

}  // namespace gpubench::workload
