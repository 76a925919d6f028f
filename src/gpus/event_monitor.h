// Who uses the GPUs and what their driver counts, polled before, now and then during, and after a run.
#pragma once

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "meter/gpu_meter.h"
#include "record/gpu_events.h"
#include "workload/workload.h"

namespace gpubench::gpus {

// What tells the benchmark's processes from others.
struct WorkloadProcesses {
  std::vector<int> first;  // its first process, or each container's; those that are known
  bool all_known = false;  // no first process is missing in that list
  bool container = false;  // then everything in its control group is its own
  std::string variable;    // "NAME=value" that only its processes have in their environment; empty: none
  bool goes_on = false;    // it ran before the run, and may run after it
};
// Of a workload that has been started. `results`: the folder that a command was given for its results.
WorkloadProcesses processes_of(const workload::WorkloadDescription& workload, const std::filesystem::path& results);

// The meter is called by whoever calls begin(), poll() and end(): the sampler's thread while it runs.
class EventMonitor {
 public:
  // The meter must outlive it.
  explicit EventMonitor(meter::GpuMeter& meter);
  void begin();
  // From then on there are processes of the benchmark. Any thread.
  void workload_started(const WorkloadProcesses& processes, base::SteadyTime time);
  // Asks the driver if it is time to; seldom enough to cost nothing.
  void poll(base::SteadyTime now);
  // The workload has ended: what it started should be gone from the GPUs.
  void end();
  // One per GPU, of what was seen so far. Any thread.
  [[nodiscard]] std::vector<record::GpuEvents> events() const;

 private:
  void check(meter::EventScope scope);
  void note_users(record::GpuEvents& events, std::size_t gpu, const meter::EventReading& reading);
  bool has_ended(record::GpuEvents& events, std::size_t gpu, unsigned id);
  void note_user(record::GpuEvents& events, const meter::GpuProcess& process, const std::string& name,
                 record::UserKind kind) const;
  [[nodiscard]] record::UserKind kind_of(int id) const;
  [[nodiscard]] bool descends_from_benchmark(int id) const;

  meter::GpuMeter& meter_;
  std::vector<meter::EventReading> first_;  // of each GPU, for what is counted; the sampler's thread
  std::optional<base::SteadyTime> next_poll_;
  mutable std::mutex mutex_;  // guards all below
  std::optional<WorkloadProcesses> workload_;
  std::vector<std::string> workload_cgroups_;
  bool over_ = false;  // the workload has ended
  std::vector<record::GpuEvents> events_;
};

}  // namespace gpubench::gpus
