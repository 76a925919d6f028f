// What NVML reports of a GPU's users, errors and throttled clocks.
#pragma once

#include <cstdint>
#include <vector>

#include "meter/event_reading.h"
#include "meter/nvml/nvml_api.h"

namespace gpubench::meter {

// All counts in one call.
void read_counts(const NvmlApi& api, NvmlHandle device, EventReading& reading);
// Processes with a compute, graphics or MPS context, each once.
Field<std::vector<GpuProcess>> read_processes(const NvmlApi& api, NvmlHandle device);

// The driver's error events of all GPUs, asked for without waiting.
class NvmlEvents {
 public:
  // `api` must outlive it.
  explicit NvmlEvents(const NvmlApi& api);
  ~NvmlEvents();
  NvmlEvents(const NvmlEvents&) = delete;
  NvmlEvents& operator=(const NvmlEvents&) = delete;

  void watch(NvmlHandle device);
  // The XIDs of this GPU that came since they were last taken.
  Field<std::vector<std::uint64_t>> take(NvmlHandle device);

 private:
  struct Watched {
    NvmlHandle device;
    std::vector<std::uint64_t> xids;
  };
  Watched* find(NvmlHandle device);
  void collect();

  const NvmlApi& api_;
  NvmlHandle set_ = nullptr;
  std::vector<Watched> watched_;
};

}  // namespace gpubench::meter
