#include "energy/power_energy.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "energy/power_integral.h"
#include "energy/power_sample.h"
#include "energy/power_uncertainty.h"
#include "energy/sensor.h"

namespace gpubench::energy {
namespace {

constexpr std::size_t kSpacingsForMedian = 4096;
constexpr base::Duration kAtTheStart = std::chrono::milliseconds(50);

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

// Integral and span of one window. The area may reach further than the run; the coverage is that of the run.
struct Passage {
  PowerIntegral run;
  PowerIntegral whole;
  PowerStatistics shape;
};

template <class T>
base::Result<Passage> pass(const series::Series<T>& series, base::Window run, base::SteadyTime until,
                           const std::string& source) {
  if (run.length() <= base::Duration::zero()) return base::failure("the run has no duration");
  const base::Duration covered = longest_covered(series, run);
  Passage passage{{run, covered}, {{run.start, until}, covered}, {run, covered}};
  visit_samples(series, run.start, [&](const meter::PowerSample& sample) {
    passage.shape.add(sample);
    const bool more = passage.run.add(sample);
    return passage.whole.add(sample) || more || sample.time <= run.end + kNextTo;
  });
  passage.run.finish();
  passage.whole.finish();
  if (passage.run.segments() == 0) return base::failure("there are fewer than two " + source + " around the run");
  if (passage.run.covered() == base::Duration::zero()) return base::failure("no " + source + " cover the run");
  return passage;
}

EnergyEstimate estimate_of(const Passage& passage, base::Window run, EnergyMethod method, const RunLimits& known) {
  EnergyEstimate estimate;
  estimate.energy = passage.whole.energy();
  estimate.method = method;
  estimate.coverage = base::Ratio::from_fraction(base::to_seconds(passage.run.covered()) / base::to_seconds(run.length()));
  estimate.longest_gap = passage.run.longest_gap();
  estimate.samples = passage.run.samples();
  estimate.span = passage.shape.span();
  if (!estimate.span) return estimate;
  if (known.limit) estimate.span->highest = std::max(estimate.span->highest, *known.limit);
  estimate.span->ends_within = known.ends_within;
  return estimate;
}

// The readings next to the run from which the 1 s average's idle halves are taken.
struct AverageEnds {
  std::optional<base::Power> before;  // at the start
  std::optional<base::Power> after;   // a second after the end
};

AverageEnds average_ends(const series::Series<meter::GpuReading>& readings, base::Window run) {
  AverageEnds ends;
  visit_samples(readings, run.start, [&](const meter::PowerSample& sample) {
    if (sample.time <= run.start + kAtTheStart && sample.time >= run.start - kAveraged) ends.before = sample.power;
    if (sample.time >= run.end + kAveraged) ends.after = sample.power;
    return !ends.after;
  });
  return ends;
}

}  // namespace

base::Result<EnergyEstimate> energy_from_power(const series::Series<meter::PowerSample>& power, base::Window run,
                                               const RunLimits& known) {
  const auto passage = pass(power, run, run.end, "power samples of the driver");
  if (!passage) return base::failure(passage.error());
  EnergyEstimate estimate = estimate_of(*passage, run, EnergyMethod::power_ring, known);
  const auto before = [&](base::SteadyTime moment) {
    return integrate(power, {moment - kLongestLag, moment}).value_or(base::Energy{}) / kLongestLag;
  };
  const base::Power step = before(run.end) - before(run.start);
  estimate.uncertainty = ring_uncertainty(estimate, run, passage->shape.roughness(), step);
  return estimate;
}

base::Result<EnergyEstimate> energy_from_average_power(const series::Series<meter::GpuReading>& readings, base::Window run,
                                                       const RunLimits& known) {
  const AverageEnds ends = average_ends(readings, run);
  const bool whole = ends.before && ends.after;
  const auto passage = pass(readings, run, whole ? run.end + kAveraged : run.end, "readings with a power value");
  if (!passage) return base::failure(passage.error());
  EnergyEstimate estimate =
      estimate_of(*passage, run, whole ? EnergyMethod::average_power : EnergyMethod::plain_power, known);
  if (whole) estimate.energy -= (*ends.before + *ends.after) * (kAveraged / 2);
  if (estimate.energy <= base::Energy{}) return base::failure("the run is too short for the driver's average power");
  estimate.uncertainty = average_uncertainty(estimate, run, passage->shape.roughness());
  return estimate;
}

}  // namespace gpubench::energy
