#include "app/energy_so_far.h"

#include <algorithm>
#include <utility>

namespace gpubench::app {

base::Duration EnergySoFar::within_the_run(base::SteadyTime from, base::SteadyTime to) const {
  const base::SteadyTime begin{base::Duration(begin_.load())};
  const base::SteadyTime end{base::Duration(end_.load())};
  return std::max(std::min(to, end) - std::max(from, begin), base::Duration::zero());
}

// Of the benchmark; empty where the GPU does not tell.
std::optional<base::Energy> EnergySoFar::energy_between(const Mark& from, const Mark& to) const {
  const base::Duration ran = within_the_run(from.time, to.time);
  if (ran == base::Duration::zero()) return base::Energy{};
  // The driver's power is a mean of the time before it was asked: it stands for the interval that ends with it.
  if (to.power) return *to.power * ran;
  // The counter is read at the ends of a run only, mostly: a counter that stands still says nothing.
  if (!from.counter || !to.counter || *to.counter <= *from.counter) return std::nullopt;
  return (*to.counter - *from.counter) * (base::to_seconds(ran) / base::to_seconds(to.time - from.time));
}

std::optional<record::EnergyNow> EnergySoFar::add(const std::vector<meter::GpuReading>& readings) {
  std::vector<Mark> marks;
  for (std::size_t gpu = 0; gpu < readings.size(); ++gpu) {
    const auto counter = series::newest(*series_.at(gpu).counter);
    marks.push_back({readings[gpu].time, readings[gpu].power, counter ? std::optional(counter->energy) : std::nullopt});
  }
  const bool began = begin_ != kNever;
  if (began && !last_.empty()) energy_.time += within_the_run(last_.front().time, marks.front().time);
  energy_.gpus.resize(marks.size(), base::Energy{});
  for (std::size_t gpu = 0; gpu < last_.size() && began; ++gpu) {
    const auto part = energy_between(last_[gpu], marks[gpu]);
    auto& sum = energy_.gpus[gpu];
    sum = sum && part ? std::optional(*sum + *part) : std::nullopt;
  }
  last_ = std::move(marks);
  return began ? std::optional(energy_) : std::nullopt;
}

}  // namespace gpubench::app
