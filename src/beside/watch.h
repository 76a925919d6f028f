// What stands beside a run's energy, taken at its start and at its end.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "beside/beside.h"

namespace gpubench::beside {

// Counters of the node that HPE Cray systems let every user read: "1234 J", at 10 Hz. Those of powercap (RAPL) are root's.
inline constexpr const char* kCrayCounters = "/sys/cray/pm_counters";

class Watch {
 public:
  // `step`: of Slurm that the run is in; empty: in none.
  Watch(const std::optional<SlurmStep>& step, std::string node, std::filesystem::path counters = kCrayCounters);

  // Of the benchmark.
  void start(base::WallTime now);
  void end(base::WallTime now);

  [[nodiscard]] const Beside& so_far() const { return beside_; }

 private:
  Beside beside_;
  std::string node_;
  std::filesystem::path counters_;
  std::vector<std::optional<base::Energy>> at_start_;
};

}  // namespace gpubench::beside
