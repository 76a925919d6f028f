// Which of the machine's GPUs are the benchmark's own: only those count to the totals.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace gpubench::record {

struct BenchmarkGpus {
  std::vector<std::size_t> positions;        // among the meter's GPUs, rising
  std::string by = "the default, all GPUs";  // how it is known
  std::string unclear;                       // why it is unclear, then all are here; empty: it is clear
  [[nodiscard]] bool has(std::size_t gpu) const { return std::binary_search(positions.begin(), positions.end(), gpu); }
};

}  // namespace gpubench::record
