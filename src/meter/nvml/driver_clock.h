// The driver dates its power samples by the wall clock; everything else here counts in steady time.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "base/time.h"

namespace gpubench::meter {

// Maps wall-clock stamps to steady time, across steps of the wall clock.
//
// A change of the offset between the clocks of up to 5 ms from one observation to the next is the normal adjustment of the
// wall clock: stamps are mapped by the newest offset. A greater change is a step, somewhere between the two observations.
// From then until every older sample has left the driver's ring, a stamp is tried with the offset of before and of after; it
// is mapped if exactly one of them gives a moment at which that offset was in force and the ring can still hold it, and is
// dropped if both do. So a step by more than the ring's depth (or by hours, as when a clock is first set) loses nothing, and
// one by less loses the samples whose side is unclear: a gap in the power series, never a false date.
class DriverClock {
 public:
  // `now`: both clocks at this moment. To be called before and after each fetch of samples.
  void observe(const base::ClockAnchor& now);
  // How far back the driver's ring reaches. At least 3 s is taken.
  void set_ring_depth(base::Duration depth);
  // False while samples of before a step may still be in the ring.
  [[nodiscard]] bool settled() const { return epochs_.size() <= 1; }
  // Empty: in the future, or unclear.
  [[nodiscard]] std::optional<base::SteadyTime> steady_time(base::WallTime stamp) const;

 private:
  // A stretch of time with one offset between the clocks. Its ends are known to the distance of the observations.
  struct Epoch {
    base::Duration offset;  // wall minus steady
    base::SteadyTime from;
    base::SteadyTime until;
  };
  [[nodiscard]] bool credible(const Epoch& epoch, base::SteadyTime time) const;

  std::vector<Epoch> epochs_;  // oldest first; the last is now in force
  base::SteadyTime now_;
  base::Duration ring_depth_ = std::chrono::seconds(3);
};

}  // namespace gpubench::meter
