// What a container without its GPUs needs.
#pragma once

#include <string>
#include <string_view>

namespace gpubench::workload {

// How a note begins where nobody can look.
inline constexpr std::string_view kGpusUnclear = "it is unclear whether the container has its GPUs";

// What to do, by the engine as WorkloadDescription names it. Apptainer and Charliecloud start no container without its GPUs.
std::string gpu_advice(std::string_view engine);

}  // namespace gpubench::workload
