#include "app/live_carbon.h"

#include <array>
#include <span>
#include <utility>

namespace gpubench::app {

LiveCarbon::LiveCarbon(const CarbonLookup& lookup, const std::vector<series::GpuSeries>& series,
                       std::vector<std::size_t> gpus)
    : lookup_(lookup), series_(series), gpus_(std::move(gpus)) {
  if (gpus_.empty()) emissions_.reset();  // nothing that counts is not 0
}

std::optional<carbon::IntensitySlot> LiveCarbon::intensity(base::WallTime time) const {
  if (auto slot = lookup_.at(time)) return slot;
  const auto& fallback = lookup_.choice().fallback;
  return fallback ? std::optional(carbon::yearly_factor_slot(time, time, *fallback)) : std::nullopt;
}

std::vector<LiveCarbon::Mark> LiveCarbon::marks(const std::vector<meter::GpuReading>& readings) const {
  std::vector<Mark> marks;
  for (const std::size_t gpu : gpus_) {
    Mark mark{std::nullopt, readings.at(gpu)};
    const auto& counter = *series_[gpu].counter;
    std::array<meter::CounterReading, 1> value;
    const std::size_t count = counter.size();
    if (count > 0 && counter.read(count - 1, std::span(value)) == 1) mark.counter = value[0].energy;
    marks.push_back(mark);
  }
  return marks;
}

// Since the interval before; empty where one GPU does not tell.
std::optional<base::Energy> LiveCarbon::energy_up_to(const std::vector<Mark>& marks) const {
  base::Energy sum;
  for (std::size_t gpu = 0; gpu < last_.size(); ++gpu) {
    const Mark& from = last_[gpu];
    const Mark& to = marks[gpu];
    // The counter is read at the ends of a run only, mostly: a counter that stands still says nothing.
    if (to.reading.power)
      sum += *to.reading.power * (to.reading.time - from.reading.time);
    else if (from.counter && to.counter && *to.counter > *from.counter)
      sum += *to.counter - *from.counter;
    else
      return std::nullopt;
  }
  return sum;
}

// How much of the last interval lies before the benchmark's end.
double LiveCarbon::part_before_end(const std::vector<Mark>& marks) const {
  const base::SteadyTime from = last_.front().reading.time;
  const base::SteadyTime to = marks.front().reading.time;
  const base::SteadyTime end{base::Duration(ended_.load())};
  if (end >= to) return 1;
  return end <= from ? 0 : base::to_seconds(end - from) / base::to_seconds(to - from);
}

std::optional<record::CarbonNow> LiveCarbon::at(base::WallTime time, const std::vector<meter::GpuReading>& readings) {
  std::vector<Mark> marks = this->marks(readings);
  if (started_ && emissions_ && !last_.empty()) {
    const auto energy = energy_up_to(marks);
    const auto middle = intensity(last_time_ + (time - last_time_) / 2);
    // A part that is not known is not 0: the sum stays unknown.
    emissions_ =
        energy && middle ? std::optional(*emissions_ + *energy * part_before_end(marks) * middle->intensity) : std::nullopt;
  }
  last_ = std::move(marks);
  last_time_ = time;
  auto now = intensity(time);
  if (!now) return std::nullopt;
  return record::CarbonNow{*std::move(now), started_ ? emissions_ : std::nullopt};
}

}  // namespace gpubench::app
