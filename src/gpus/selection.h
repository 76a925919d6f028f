// Which of the machine's GPUs a container is to have.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "meter/reading.h"
#include "workload/gpu_request.h"

namespace gpubench::gpus {

// "all", "none", a number of GPUs ("2": the first two), indices ("0,2", "device=1") or UUIDs ("GPU-...", from 8 characters
// on).
base::Result<std::vector<workload::GpuRequest>> select_gpus(const std::string& wish,
                                                            const std::vector<meter::GpuDescription>& gpus);

// The GPUs of several containers, by what each wishes. In turn each chooses among all. Side by side none is given twice:
// first those that are named, then counts from what is left, then what is left is dealt out evenly to those that want all.
base::Result<std::vector<std::vector<workload::GpuRequest>>> assign_gpus(const std::vector<std::string>& wishes,
                                                                         bool in_turn,
                                                                         const std::vector<meter::GpuDescription>& gpus);

}  // namespace gpubench::gpus
