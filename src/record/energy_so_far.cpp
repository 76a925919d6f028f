#include "record/energy_so_far.h"

#include <algorithm>
#include <utility>

namespace gpubench::record {

base::Duration EnergySoFar::within_the_run(base::SteadyTime from, base::SteadyTime to) const {
  const base::SteadyTime begin{base::Duration(begin_.load())};
  const base::SteadyTime end{base::Duration(end_.load())};
  return std::max(std::min(to, end) - std::max(from, begin), base::Duration::zero());
}

// Of the benchmark; empty if the GPU does not report it.
std::optional<base::Energy> EnergySoFar::energy_between(const Mark& from, const Mark& to) const {
  const base::Duration ran = within_the_run(from.time, to.time);
  if (ran == base::Duration::zero()) return base::Energy{};
  // The driver's power is a mean of the time before it was asked: it counts for the interval that ends with it.
  if (to.power) return *to.power * ran;
  // The counter is mostly read only at the ends of a run: a counter that stands still says nothing.
  if (!from.counter || !to.counter || *to.counter <= *from.counter) return std::nullopt;
  return (*to.counter - *from.counter) * (base::to_seconds(ran) / base::to_seconds(to.time - from.time));
}

std::optional<EnergyNow> EnergySoFar::add(const std::vector<meter::GpuReading>& readings) {
  if (readings.empty()) return std::nullopt;
  std::vector<Mark> marks;
  for (std::size_t gpu = 0; gpu < readings.size(); ++gpu) {
    const auto counter = series::newest(*series_.at(gpu).counter);
    marks.push_back({readings[gpu].time, readings[gpu].power, counter ? std::optional(counter->energy) : std::nullopt});
  }
  if (told_.empty()) {
    told_ = marks;
    sums_.resize(marks.size());
    last_time_ = readings.front().time;
  }
  EnergyNow now;
  for (std::size_t gpu = 0; gpu < marks.size(); ++gpu) {
    const auto part = energy_between(told_[gpu], marks[gpu]);
    if (part) {
      sums_[gpu] += *part;
      told_[gpu] = marks[gpu];
    }
    now.gpus.push_back(part ? std::optional(sums_[gpu]) : std::nullopt);
  }
  time_ += within_the_run(last_time_, readings.front().time);
  last_time_ = readings.front().time;
  now.time = time_;
  return begin_ == kNever ? std::nullopt : std::optional(std::move(now));
}

}  // namespace gpubench::record
