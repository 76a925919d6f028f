#include "energy/power_integral.h"

#include <algorithm>
#include <string>
#include <vector>

#include "energy/energy_estimate.h"
#include "energy/walk.h"

namespace gpubench::energy {
namespace {

constexpr base::Duration kShortestGap = std::chrono::milliseconds(60);
constexpr std::size_t kSpacingsForMedian = 4096;
// Readings without a power value may lie between the window and the last one that has it.
constexpr std::size_t kStepsBack = 16;

std::optional<meter::PowerSample> to_sample(const meter::PowerSample& sample) {
  return sample;
}
std::optional<meter::PowerSample> to_sample(const meter::GpuReading& reading) {
  if (!reading.power) return std::nullopt;
  return meter::PowerSample{reading.time, *reading.power};
}

template <class T>
std::size_t first_sample_for(const series::Series<T>& series, base::SteadyTime time) {
  const std::size_t first = first_not_before(series, time, [](const T& value) { return value.time; });
  return first - std::min(first, kStepsBack);
}

// 1.5 times the median distance of the samples from shortly before the window on: a short one may lie within a single gap.
template <class T>
base::Duration longest_covered(const series::Series<T>& series, base::Window window) {
  std::vector<base::Duration> spacings;
  std::optional<base::SteadyTime> previous;
  visit_while(series, first_sample_for(series, window.start), [&](const T& value) {
    const auto sample = to_sample(value);
    if (!sample || (previous && sample->time <= *previous)) return true;
    if (previous) spacings.push_back(sample->time - *previous);
    previous = sample->time;
    return sample->time < window.end && spacings.size() < kSpacingsForMedian;
  });
  if (spacings.empty()) return kShortestGap;
  const auto middle = spacings.begin() + static_cast<std::ptrdiff_t>(spacings.size() / 2);
  std::nth_element(spacings.begin(), middle, spacings.end());
  return std::max(kShortestGap, *middle * 3 / 2);
}

template <class T>
PowerIntegral integral_of(const series::Series<T>& series, base::Window window, base::Duration covered_spacing) {
  PowerIntegral integral(window, covered_spacing);
  visit_while(series, first_sample_for(series, window.start), [&](const T& value) {
    const auto sample = to_sample(value);
    return !sample || integral.add(*sample);
  });
  integral.finish();
  return integral;
}

template <class T>
std::optional<base::Energy> area(const series::Series<T>& series, base::Window window) {
  if (series.size() == 0) return std::nullopt;
  return integral_of(series, window, kShortestGap).energy();
}

template <class T>
base::Result<EnergyEstimate> estimate(const series::Series<T>& series, base::Window run, EnergyMethod method,
                                      const std::string& source) {
  if (run.length() <= base::Duration::zero()) return base::failure("the run has no duration");
  const PowerIntegral integral = integral_of(series, run, longest_covered(series, run));
  if (integral.segments() == 0) return base::failure("there are fewer than two " + source + " around the run");
  if (integral.covered() == base::Duration::zero()) return base::failure("no " + source + " cover the run");
  const double coverage = base::to_seconds(integral.covered()) / base::to_seconds(run.length());
  return EnergyEstimate{integral.energy(), method, base::Ratio::from_fraction(coverage), integral.longest_gap(),
                        integral.samples()};
}

}  // namespace

bool PowerIntegral::add(meter::PowerSample sample) {
  if (previous_ && sample.time <= previous_->time) return true;
  if (window_.contains(sample.time)) ++samples_;
  if (previous_) {
    add_line(*previous_, sample);
    if (previous_->time < window_.end && sample.time > window_.start) ++segments_;
  } else if (sample.time > window_.start) {
    add_line({window_.start, sample.power}, sample);
  }
  previous_ = sample;
  return sample.time < window_.end;
}

void PowerIntegral::finish() {
  if (previous_ && previous_->time < window_.end) add_line(*previous_, {window_.end, previous_->power});
}

void PowerIntegral::add_line(const meter::PowerSample& from, const meter::PowerSample& to) {
  const base::SteadyTime start = std::max(from.time, window_.start);
  const base::SteadyTime end = std::min(to.time, window_.end);
  if (start >= end) return;
  const base::Duration length = end - start;
  const base::Duration spacing = to.time - from.time;
  // Mean power of the part: the line's value in its middle.
  const double position = (base::to_seconds(start - from.time) + base::to_seconds(length) / 2) / base::to_seconds(spacing);
  energy_ += (from.power + (to.power - from.power) * position) * length;
  if (spacing <= longest_covered_) covered_ += length;
  longest_gap_ = std::max(longest_gap_, length);
}

std::optional<base::Energy> integrate(const series::Series<meter::PowerSample>& power, base::Window window) {
  return area(power, window);
}

std::optional<base::Energy> integrate(const series::Series<meter::GpuReading>& readings, base::Window window) {
  return area(readings, window);
}

base::Result<EnergyEstimate> energy_from_power(const series::Series<meter::PowerSample>& power, base::Window run) {
  return estimate(power, run, EnergyMethod::power_ring, "power samples of the driver's ring");
}

base::Result<EnergyEstimate> energy_from_average_power(const series::Series<meter::GpuReading>& readings, base::Window run) {
  return estimate(readings, run, EnergyMethod::average_power, "readings with a power value");
}

}  // namespace gpubench::energy
