#include "record/run_record.h"

#include <algorithm>

namespace gpubench::record {

std::string part_log_name(std::size_t part) {
  return "benchmark_" + std::to_string(part + 1) + ".log";
}

std::vector<const GpuRecord*> RunRecord::all_gpus() const {
  std::vector<const GpuRecord*> all;
  all.reserve(gpus.size() + other_gpus.size());
  for (const GpuRecord& gpu : gpus) all.push_back(&gpu);
  for (const GpuRecord& gpu : other_gpus) all.push_back(&gpu);
  std::stable_sort(all.begin(), all.end(), [](const GpuRecord* a, const GpuRecord* b) { return a->position < b->position; });
  return all;
}

}  // namespace gpubench::record
