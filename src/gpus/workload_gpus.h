// Which of the machine's GPUs are the benchmark's own: only those count towards the totals.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "meter/gpu_meter.h"
#include "record/benchmark_gpus.h"
#include "workload/gpu_request.h"
#include "workload/spec.h"

namespace gpubench::gpus {

struct WorkloadGpus : record::BenchmarkGpus {
  std::vector<std::vector<workload::GpuRequest>> requests;  // what each benchmark is to be given
  bool given_by_us = false;                                 // to a command, by the variable of its vendor
};

// By --gpus and --gpu-access, then by the vendor's variables (CUDA_VISIBLE_DEVICES, NVIDIA_VISIBLE_DEVICES): of the tool's
// own environment for a command, of --env for a container. A replay has no GPUs to give, and knows no environment.
base::Result<WorkloadGpus> find_workload_gpus(const workload::WorkloadSpec& spec, const meter::MeterSource& source,
                                              const std::vector<meter::GpuDescription>& gpus);

// What a job's ranks on this node have together: the boards with these UUIDs are the benchmark's.
void take_boards(WorkloadGpus& gpus, const std::vector<std::string>& uuids, const std::vector<meter::GpuDescription>& all);

// Sets the vendor's variable in a command's environment where it is we who give it its GPUs.
void give_to_command(const WorkloadGpus& gpus, const meter::MeterSource& source, std::vector<std::string>& environment);

// What the vendor's libraries make of the value of their variable where they could see the GPUs at these positions, in this
// order: numbers, UUIDs or their beginnings, MIG instances; an entry that is none of them hides all after it.
struct VisibleChoice {
  std::vector<std::size_t> positions;
  bool by_number = false;
  bool unknown_instance = false;  // a MIG instance whose GPU the driver does not report
};
VisibleChoice visible_gpus(std::string_view value, const std::vector<meter::GpuDescription>& gpus,
                           const std::vector<std::size_t>& among);

// The value of the vendor's variable that gives a plain command these GPUs.
std::string visible_value(const std::vector<workload::GpuRequest>& requests);

}  // namespace gpubench::gpus
