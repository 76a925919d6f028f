#include "report/plot/throttle_phases.h"

#include <algorithm>

namespace gpubench::report {

ThrottleFinder::ThrottleFinder(CurveExtent readings)
    : first_(readings.first_seconds),
      step_(std::max(readings.last_seconds - readings.first_seconds, 1e-3) / static_cast<double>(kMostPoints)),
      spacing_(std::max(step_, (readings.last_seconds - readings.first_seconds) /
                                   static_cast<double>(std::max<std::size_t>(readings.count, 2) - 1))),
      states_(kMostPoints, State::free) {}

// Low clocks of an idle GPU mean nothing.
ThrottleFinder::State ThrottleFinder::state_of(const meter::GpuReading& reading) {
  using Reasons = meter::ThrottleReasons;
  constexpr std::uint64_t kSlowdown =
      Reasons::hardware_slowdown | Reasons::software_thermal | Reasons::hardware_thermal | Reasons::hardware_power_brake;
  if (!reading.throttle_reasons) return State::free;
  if ((reading.throttle_reasons->bits & kSlowdown) != 0) return State::slowed;
  return (reading.throttle_reasons->bits & Reasons::software_power_cap) != 0 ? State::capped : State::free;
}

void ThrottleFinder::add(double seconds, const meter::GpuReading& reading) {
  const State state = state_of(reading);
  const double place = std::clamp((seconds - first_) / step_, 0.0, static_cast<double>(kMostPoints - 1));
  State& known = states_[static_cast<std::size_t>(place)];
  known = std::max(known, state);
}

std::vector<ThrottlePhase> ThrottleFinder::phases(std::size_t gpu) const {
  std::vector<ThrottlePhase> found;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (states_[i] == State::free) continue;
    const double from = first_ + step_ * static_cast<double>(i);
    const bool slowdown = states_[i] == State::slowed;
    // Fewer readings than intervals: those between two readings of one state belong to it.
    const double reach = 1.5 * spacing_;
    if (!found.empty() && found.back().slowdown == slowdown && from - found.back().to_seconds <= reach)
      found.back().to_seconds = from + step_;
    else
      found.push_back({gpu, from, from + step_, slowdown});
  }
  return found;
}

}  // namespace gpubench::report
