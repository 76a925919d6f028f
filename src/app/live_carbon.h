// What the run has emitted so far, for those who are told while it lasts.
#pragma once

#include <atomic>
#include <limits>
#include <optional>
#include <vector>

#include "app/carbon_lookup.h"
#include "meter/reading.h"
#include "record/progress.h"
#include "series/gpu_series.h"

namespace gpubench::app {

// Each interval's energy (power times time, else the counter's) by the intensity that holds in its middle.
class LiveCarbon {
 public:
  // `gpus`: positions of those that count. `lookup` and `series` must outlive it.
  LiveCarbon(const CarbonLookup& lookup, const std::vector<series::GpuSeries>& series, std::vector<std::size_t> gpus);
  // The benchmark runs: what comes after the last interval counts. Any thread.
  void begin() { started_ = true; }
  // It has ended at `time`: what comes after does not. Any thread.
  void end(base::SteadyTime time) { ended_ = time.time_since_epoch().count(); }
  // One interval's readings, taken at `time`. From the sampler's thread; asks no network.
  std::optional<record::CarbonNow> at(base::WallTime time, const std::vector<meter::GpuReading>& readings);

 private:
  // One GPU's last values.
  struct Mark {
    std::optional<base::Energy> counter;
    meter::GpuReading reading;
  };
  [[nodiscard]] std::optional<carbon::IntensitySlot> intensity(base::WallTime time) const;
  [[nodiscard]] std::vector<Mark> marks(const std::vector<meter::GpuReading>& readings) const;
  [[nodiscard]] std::optional<base::Energy> energy_up_to(const std::vector<Mark>& marks) const;
  [[nodiscard]] double part_before_end(const std::vector<Mark>& marks) const;

  const CarbonLookup& lookup_;
  const std::vector<series::GpuSeries>& series_;
  const std::vector<std::size_t> gpus_;
  std::atomic<bool> started_ = false;
  std::atomic<base::Duration::rep> ended_ = std::numeric_limits<base::Duration::rep>::max();  // of the steady clock
  std::vector<Mark> last_;                                                                    // of the interval before
  base::WallTime last_time_;
  std::optional<base::Emissions> emissions_ = base::Emissions{};
};

}  // namespace gpubench::app
