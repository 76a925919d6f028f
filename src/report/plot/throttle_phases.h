// When a GPU was throttled, for strips under its clock.
#pragma once

#include <cstddef>
#include <vector>

#include "base/time.h"
#include "meter/reading.h"
#include "report/curve.h"

namespace gpubench::report {

struct ThrottlePhase {
  std::size_t gpu = 0;  // position
  double from_seconds = 0;
  double to_seconds = 0;
  bool slowdown = false;  // by heat or hardware; else by the software power cap
};

// Takes readings in time order; in constant memory, because strips are not finer than the picture: at most kMostPoints
// intervals, each with the worst reading in it.
class ThrottleFinder {
 public:
  explicit ThrottleFinder(CurveExtent readings);
  void add(double seconds, const meter::GpuReading& reading);
  [[nodiscard]] std::vector<ThrottlePhase> phases(std::size_t gpu) const;

 private:
  enum class State : unsigned char { free, capped, slowed };
  static State state_of(const meter::GpuReading& reading);

  double first_;
  double step_;
  double spacing_;  // usual time between readings, at least a step
  std::vector<State> states_;
};

}  // namespace gpubench::report
