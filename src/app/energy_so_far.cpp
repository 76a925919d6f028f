#include "app/energy_so_far.h"

#include <algorithm>

namespace gpubench::app {

base::Duration EnergySoFar::within_the_run(base::SteadyTime from, base::SteadyTime to) const {
  const base::SteadyTime begin{base::Duration(begin_.load())};
  const base::SteadyTime end{base::Duration(end_.load())};
  return std::max(std::min(to, end) - std::max(from, begin), base::Duration::zero());
}

void EnergySoFar::add(const std::vector<meter::GpuReading>& readings) {
  if (begin_ == kNever) {
    last_ = readings;
    return;
  }
  if (energies_.empty()) energies_.assign(readings.size(), base::Energy{});
  for (std::size_t gpu = 0; gpu < last_.size() && gpu < readings.size(); ++gpu) {
    const meter::GpuReading& now = readings[gpu];
    const base::Duration time = within_the_run(last_[gpu].time, now.time);
    if (time == base::Duration::zero() || !energies_[gpu]) continue;
    energies_[gpu] = now.power ? std::optional(*energies_[gpu] + *now.power * time) : std::nullopt;
  }
  last_ = readings;
}

}  // namespace gpubench::app
