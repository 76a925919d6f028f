#include "record/progress.h"

namespace gpubench::record {

std::optional<base::Energy> EnergyNow::of(const std::vector<std::size_t>& positions) const {
  if (positions.empty()) return std::nullopt;  // nothing that counts is not 0
  base::Energy sum;
  for (const std::size_t gpu : positions) {
    if (gpu >= gpus.size() || !gpus[gpu]) return std::nullopt;
    sum += *gpus[gpu];
  }
  return sum;
}

}  // namespace gpubench::record
