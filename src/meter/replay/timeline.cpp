#include "meter/replay/timeline.h"

#include <algorithm>
#include <chrono>

namespace gpubench::meter {
namespace {

constexpr base::Duration kShortestLoop = std::chrono::milliseconds(100);

// Median distance of neighbours; `fallback` for fewer than two.
base::Duration median_period(const std::vector<base::SteadyTime>& times, base::Duration fallback) {
  std::vector<base::Duration> gaps;
  for (std::size_t i = 1; i < times.size(); ++i) gaps.push_back(times[i] - times[i - 1]);
  if (gaps.empty()) return fallback;
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return *middle;
}

std::vector<base::SteadyTime> power_times(const TraceOfGpu& trace) {
  std::vector<base::SteadyTime> times;
  for (const TracePower& sample : trace.power) {
    if (sample.power && sample.time >= base::SteadyTime()) times.push_back(sample.time);
  }
  return times;
}

bool same(const Field<base::Energy>& a, const Field<base::Energy>& b) {
  return a ? (b && *a == *b) : (!b && a.error() == b.error());
}

// The last element at or before the offset; the very last if there is none (it holds from the loop before).
template <class Element, class Offset>
typename std::vector<Element>::const_iterator last_at(const std::vector<Element>& elements, base::Duration offset,
                                                      Offset offset_of) {
  const auto after =
      std::upper_bound(elements.begin(), elements.end(), offset,
                       [&](base::Duration value, const Element& element) { return value < offset_of(element); });
  return after == elements.begin() ? std::prev(elements.end()) : std::prev(after);
}

}  // namespace

Timeline::Timeline(const TraceOfGpu& trace) {
  set_loop(trace);
  const base::SteadyTime end = start_ + length_;
  const auto inside = [&](base::SteadyTime time) { return time >= start_ && time < end; };
  std::copy_if(trace.readings.begin(), trace.readings.end(), std::back_inserter(readings_),
               [&](const GpuReading& reading) { return inside(reading.time); });
  if (readings_.empty()) readings_.push_back(trace.readings.front());
  for (const TracePower& sample : trace.power) {
    if (inside(sample.time)) power_.push_back({sample.time - start_, sample.power});
  }
  take_counter(trace);
}

void Timeline::set_loop(const TraceOfGpu& trace) {
  std::vector<base::SteadyTime> times = power_times(trace);
  if (times.size() < 2) {
    times.clear();
    for (const GpuReading& reading : trace.readings) times.push_back(reading.time);
  }
  start_ = times.front();
  length_ = std::max(kShortestLoop, times.back() - start_ + median_period(times, std::chrono::seconds(1)));
}

void Timeline::take_counter(const TraceOfGpu& trace) {
  for (const TraceCounter& reading : trace.counter) {
    const base::Duration offset = reading.before + (reading.after - reading.before) / 2 - start_;
    if (offset < base::Duration::zero() || offset >= length_) continue;
    if (steps_.empty() || !same(steps_.back().energy, reading.energy)) steps_.push_back({offset, reading.energy});
  }
  // When the first value came up is not known: it is no step. What came before is the end of the loop before.
  if (steps_.size() > 2 && steps_[0].energy && steps_[1].energy) steps_.erase(steps_.begin());
  energy_of_loop_ = energy_of_loop();
}

base::Energy Timeline::energy_of_loop() const {
  const auto has_value = [](const CounterStep& step) { return step.energy.has_value(); };
  const auto first = std::find_if(steps_.begin(), steps_.end(), has_value);
  const auto last = std::find_if(steps_.rbegin(), steps_.rend(), has_value);
  if (first == steps_.end() || first->offset == last->offset) return {};  // a frozen counter stays frozen
  const base::Energy counted = *last->energy - *first->energy;
  const base::Duration stretch = last->offset - first->offset;
  const bool has_power =
      std::any_of(power_.begin(), power_.end(), [](const Power& sample) { return sample.power.has_value(); });
  const base::Power around_seam = has_power ? mean_power_outside(first->offset, last->offset) : counted / stretch;
  return counted + around_seam * (length_ - stretch);
}

// Of all samples if there are none outside.
base::Power Timeline::mean_power_outside(base::Duration from, base::Duration until) const {
  base::Power outside;
  base::Power all;
  int count_outside = 0;
  int count_all = 0;
  for (const Power& sample : power_) {
    if (!sample.power) continue;
    all += *sample.power;
    ++count_all;
    if (sample.offset > from && sample.offset <= until) continue;
    outside += *sample.power;
    ++count_outside;
  }
  return count_outside > 0 ? outside / count_outside : all / count_all;
}

Timeline::Position Timeline::position_of(base::Duration played) const {
  std::int64_t loop = played / length_;
  if (played < loop * length_) --loop;
  return {loop, played - loop * length_};
}

const GpuReading& Timeline::reading_at(base::Duration played) const {
  return *last_at(readings_, position_of(played).offset, [&](const GpuReading& reading) { return reading.time - start_; });
}

Field<base::Energy> Timeline::energy_at(base::Duration played) const {
  if (steps_.empty()) return absent(Absent::unsupported);
  const Position now = position_of(played);
  const auto step = last_at(steps_, now.offset, [](const CounterStep& s) { return s.offset; });
  if (!step->energy) return step->energy;
  const auto loops = static_cast<double>(now.loop - (step->offset > now.offset ? 1 : 0));
  return std::max(base::Energy(), *step->energy + energy_of_loop_ * loops);
}

Field<void> Timeline::power_between(base::Duration from, base::Duration until, std::vector<TracePower>& out) const {
  if (power_.empty()) return absent(Absent::unsupported);
  const std::size_t size_before = out.size();
  Field<void> why;
  for (std::int64_t loop = position_of(from).loop; loop <= position_of(until).loop; ++loop) {
    for (const Power& sample : power_) {
      const base::Duration time = loop * length_ + sample.offset;
      if (time <= from || time > until) continue;
      if (sample.power)
        out.push_back({base::SteadyTime(time), sample.power});
      else
        why = absent(sample.power.error());
    }
  }
  if (out.size() > size_before) return {};
  return why;
}

}  // namespace gpubench::meter
