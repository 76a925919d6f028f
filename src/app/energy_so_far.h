// What each GPU has used since the benchmark's start, for those who are told while it lasts: power times time, by the
// readings.
#pragma once

#include <atomic>
#include <limits>
#include <optional>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "meter/reading.h"

namespace gpubench::app {

class EnergySoFar {
 public:
  // The benchmark runs from `time`; until `time`. Any thread.
  void begin(base::SteadyTime time) { begin_ = time.time_since_epoch().count(); }
  void end(base::SteadyTime time) { end_ = time.time_since_epoch().count(); }

  // One interval's readings. A GPU that did not tell its power once is not known from then on: a part that is missing is not
  // 0.
  void add(const std::vector<meter::GpuReading>& readings);
  // One per GPU; none before the benchmark's start.
  [[nodiscard]] const std::vector<std::optional<base::Energy>>& energies() const { return energies_; }

 private:
  // How much of [from, to] the benchmark ran.
  [[nodiscard]] base::Duration within_the_run(base::SteadyTime from, base::SteadyTime to) const;

  static constexpr base::Duration::rep kNever = std::numeric_limits<base::Duration::rep>::max();
  std::atomic<base::Duration::rep> begin_ = kNever;  // of the steady clock
  std::atomic<base::Duration::rep> end_ = kNever;
  std::vector<meter::GpuReading> last_;  // of the interval before
  std::vector<std::optional<base::Energy>> energies_;
};

}  // namespace gpubench::app
