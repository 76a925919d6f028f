#include "energy/power_integral.h"

#include <algorithm>

#include "energy/power_sample.h"

namespace gpubench::energy {
namespace {

template <class T>
std::optional<base::Energy> area(const series::Series<T>& series, base::Window window) {
  if (series.size() == 0) return std::nullopt;
  PowerIntegral integral(window, kShortestGap);
  visit_samples(series, window.start, [&](const meter::PowerSample& sample) { return integral.add(sample); });
  integral.finish();
  return integral.energy();
}

}  // namespace

bool PowerIntegral::add(meter::PowerSample sample) {
  if (previous_ && sample.time <= previous_->time) return true;
  if (window_.contains(sample.time)) ++samples_;
  if (previous_) {
    add_line(*previous_, sample, longest_covered_);
    if (previous_->time < window_.end && sample.time > window_.start) ++segments_;
  } else if (sample.time > window_.start) {
    add_line({window_.start, sample.power}, sample, kShortestGap);
  }
  previous_ = sample;
  return sample.time < window_.end;
}

void PowerIntegral::finish() {
  if (previous_ && previous_->time < window_.end) add_line(*previous_, {window_.end, previous_->power}, kShortestGap);
}

void PowerIntegral::add_line(const meter::PowerSample& from, const meter::PowerSample& to, base::Duration longest) {
  const base::SteadyTime start = std::max(from.time, window_.start);
  const base::SteadyTime end = std::min(to.time, window_.end);
  if (start >= end) return;
  const base::Duration length = end - start;
  const base::Duration spacing = to.time - from.time;
  // Mean power of the part: the line's value in its middle.
  const double position = (base::to_seconds(start - from.time) + base::to_seconds(length) / 2) / base::to_seconds(spacing);
  energy_ += (from.power + (to.power - from.power) * position) * length;
  if (spacing <= longest) covered_ += length;
  longest_gap_ = std::max(longest_gap_, length);
}

std::optional<base::Energy> integrate(const series::Series<meter::PowerSample>& power, base::Window window) {
  return area(power, window);
}

std::optional<base::Energy> integrate(const series::Series<meter::GpuReading>& readings, base::Window window) {
  return area(readings, window);
}

}  // namespace gpubench::energy
