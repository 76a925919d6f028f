// What each GPU has used since the benchmark's start, while it lasts.
#pragma once

#include <atomic>
#include <limits>
#include <optional>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "meter/reading.h"
#include "record/progress.h"
#include "series/gpu_series.h"

namespace gpubench::record {

// Power times time by the interval readings; where power is not reported, the energy counter.
class EnergySoFar {
 public:
  // `series` must outlive it.
  explicit EnergySoFar(const std::vector<series::GpuSeries>& series) : series_(series) {}
  // The benchmark runs from `time`; until `time`. Any thread.
  void begin(base::SteadyTime time) { begin_ = time.time_since_epoch().count(); }
  void end(base::SteadyTime time) { end_ = time.time_since_epoch().count(); }

  // One interval's readings, one per GPU; empty before the benchmark's start. While a GPU reports nothing, its energy is not
  // known: a missing part is not 0. The power that it reports next then counts for that time, too.
  std::optional<EnergyNow> add(const std::vector<meter::GpuReading>& readings);

 private:
  // What one GPU reported last.
  struct Mark {
    base::SteadyTime time;
    meter::Field<base::Power> power;
    std::optional<base::Energy> counter;
  };
  // How much of [from, to] the benchmark ran.
  [[nodiscard]] base::Duration within_the_run(base::SteadyTime from, base::SteadyTime to) const;
  [[nodiscard]] std::optional<base::Energy> energy_between(const Mark& from, const Mark& to) const;

  static constexpr base::Duration::rep kNever = std::numeric_limits<base::Duration::rep>::max();
  const std::vector<series::GpuSeries>& series_;
  std::atomic<base::Duration::rep> begin_ = kNever;  // of the steady clock
  std::atomic<base::Duration::rep> end_ = kNever;
  std::vector<Mark> told_;
  std::vector<base::Energy> sums_;  // until then
  base::SteadyTime last_time_;      // of the interval before
  base::Duration time_{};           // that the benchmark ran until then
};

}  // namespace gpubench::record
