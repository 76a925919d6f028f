// What the parts of one GPU were doing, by the driver's performance counters (GPM: Hopper and newer).
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "base/time.h"
#include "meter/nvml/nvml_api.h"
#include "meter/reading.h"

namespace gpubench::meter {

// Takes samples of the counters; the difference of two says what went on between them.
class GpmActivity {
 public:
  GpmActivity(const NvmlApi& api, NvmlHandle device);
  // Adds the means since its latest sample. At most one sample a second, but a few in a row after a pause: the start and
  // the end of a run are exact, and nothing costs more than some 4 ms of CPU a second.
  void read(GpuReading& reading, base::SteadyTime now);

 private:
  // Of the driver's own memory.
  class Sample {
   public:
    explicit Sample(const NvmlApi& api);
    [[nodiscard]] NvmlHandle get() const { return handle_.get(); }

   private:
    struct Free {
      int (*free)(NvmlHandle);
      void operator()(NvmlHandle sample) const { free(sample); }
    };
    std::unique_ptr<void, Free> handle_;
  };

  [[nodiscard]] bool is_due(base::SteadyTime now);

  NvmlHandle device_;
  int (*sample_get_)(NvmlHandle, NvmlHandle);
  int (*metrics_get_)(NvmlGpmMetricsGet*);
  std::optional<std::array<Sample, 2>> samples_;  // empty: this GPU has none
  std::size_t latest_ = 0;                        // of the two
  bool any_ = false;                              // the latest is one
  base::SteadyTime taken_;                        // the latest
  double allowance_ = 0;                          // samples that may be taken now
  base::SteadyTime counted_;                      // until when the allowance was counted
};

}  // namespace gpubench::meter
