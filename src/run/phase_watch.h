// The phase that the benchmark is in, with what it has used so far, for those who watch the run.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "record/progress.h"
#include "runs/marks_follower.h"

namespace gpubench::run {

// Of the sampler's thread.
class PhaseWatch {
 public:
  // `gpus`: positions of those that count.
  PhaseWatch(runs::MarksFollower follower, std::vector<std::size_t> gpus)
      : follower_(std::move(follower)), gpus_(std::move(gpus)) {}
  // At an interval's end. Its energy between two intervals is taken to rise evenly.
  std::optional<record::PhaseNow> at(base::SteadyTime time, const std::optional<record::EnergyNow>& energy);

 private:
  struct Point {
    base::SteadyTime time;
    base::Energy energy;
  };
  [[nodiscard]] std::optional<base::Energy> used_until(base::SteadyTime time, const Point& now) const;

  runs::MarksFollower follower_;
  std::vector<std::size_t> gpus_;
  std::optional<Point> last_;
  base::SteadyTime since_;                   // the phase's begin
  std::optional<base::Energy> used_before_;  // until then
};

}  // namespace gpubench::run
