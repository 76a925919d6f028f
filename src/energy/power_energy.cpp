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
#include "energy/use_beside.h"

namespace gpubench::energy {
namespace {

constexpr base::Duration kAtTheStart = std::chrono::milliseconds(50);
// Readings further apart leave time between them that the driver's average does not look back over.
constexpr base::Duration kLongestBetweenReadings = std::chrono::milliseconds(1200);
constexpr std::size_t kSamplesForSpan = 5;  // within a run, to show between what limits its power was
// Where the board's limit is not known: times the highest power seen.
constexpr double kUnseenPower = 2;

base::Duration longest_covered(base::Duration spacing) {
  return std::max(kShortestGap, spacing * 3 / 2);
}

constexpr const char* kSamplesName = "power samples of the driver";
constexpr const char* kReadingsName = "readings with a power value";

tl::unexpected<base::Error> none_within(const std::string& source) {
  return base::failure("no " + source + " lie within the run");
}

// Integral and span of one window. The area may reach further than the run.
struct Passage {
  PowerIntegral run;
  PowerIntegral whole;
  PowerStatistics shape;
  base::Duration spacing{};
  base::Duration lost{};  // time of the area without samples
};

template <class T>
base::Result<Passage> pass(const series::Series<T>& series, base::Window run, base::SteadyTime until, base::Duration longest,
                           const std::string& source) {
  if (run.length() <= base::Duration::zero()) return base::failure("the run has no duration");
  const base::Duration spacing = usual_spacing(series, run).value_or(base::Duration::zero());
  const base::Duration covered = std::min(longest, longest_covered(spacing));
  const base::Window area{run.start, until};
  Passage passage{{run, covered}, {area, covered}, {run, covered, until}, spacing};
  visit_samples(series, run.start, [&](const meter::PowerSample& sample) {
    passage.shape.add(sample);
    const bool more = passage.run.add(sample);
    return passage.whole.add(sample) || more || sample.time <= run.end + kNextTo;
  });
  passage.run.finish();
  passage.whole.finish();
  passage.lost = area.length() - passage.whole.covered();
  if (passage.run.segments() == 0) return base::failure("there are fewer than two " + source + " around the run");
  return passage;
}

EnergyEstimate estimate_of(const Passage& passage, base::Window run, EnergyMethod method, const RunLimits& known) {
  EnergyEstimate estimate;
  estimate.energy = passage.whole.energy();
  estimate.method = method;
  estimate.coverage = base::Ratio::from_fraction(base::to_seconds(passage.run.covered()) / base::to_seconds(run.length()));
  estimate.longest_gap = passage.run.longest_gap();
  estimate.samples = passage.run.samples();
  estimate.spacing = passage.spacing;
  estimate.span = passage.shape.span();
  if (!estimate.span) return estimate;
  PowerSpan& span = *estimate.span;
  span.highest = std::max(span.highest, known.limit.value_or(span.highest * kUnseenPower));
  span.ends_within = known.ends_within;
  if (estimate.samples < kSamplesForSpan) span.high = span.highest;
  if (estimate.samples < kSamplesForSpan || estimate.spacing > meter::kFineSamples)
    span.at_start = span.at_end = span.highest - span.lowest;
  return estimate;
}

// Power just before the end of the run less that just before its start. A run that is hardly longer than the samples may lag
// shows neither.
base::Power step_over(const series::Series<meter::PowerSample>& power, base::Window run, const EnergyEstimate& estimate,
                      base::Duration lag) {
  if (run.length() < 2 * lag || estimate.samples < kSamplesForSpan) return estimate.span->highest - estimate.span->lowest;
  const auto before = [&](base::SteadyTime moment) {
    return integrate(power, {moment - lag, moment}).value_or(base::Energy{}) / lag;
  };
  return before(run.end) - before(run.start);
}

// The readings next to the run from which the 1 s average's idle halves are taken.
struct AverageEnds {
  std::optional<base::Power> before;  // at the start
  std::optional<base::Power> after;   // a second after the end
};

AverageEnds average_ends(const series::Series<meter::GpuReading>& readings, base::Window run, base::Duration averaged) {
  AverageEnds ends;
  visit_samples(readings, run.start, [&](const meter::PowerSample& sample) {
    const bool before = sample.time <= run.start && sample.time >= run.start - averaged;
    const bool at_start = !ends.before && sample.time <= run.start + kAtTheStart && sample.time > run.start;
    if (before || at_start) ends.before = sample.power;
    if (sample.time >= run.end + averaged) ends.after = sample.power;
    return !ends.after;
  });
  return ends;
}

}  // namespace

base::Result<EnergyEstimate> energy_from_power(const series::Series<meter::PowerSample>& power, base::Window run,
                                               const RunLimits& known, const meter::SensorTiming& sensor) {
  const auto passage = pass(power, run, run.end, base::Duration::max(), kSamplesName);
  if (!passage) return base::failure(passage.error());
  // A run may fit between two fine samples; coarse ones, and a gap, saw nothing of it.
  const bool between = passage->run.covered() == run.length() && passage->spacing <= meter::kFineSamples;
  if (passage->run.samples() == 0 && !between) return none_within(kSamplesName);
  EnergyEstimate estimate = estimate_of(*passage, run, EnergyMethod::power_ring, known);
  const base::Duration lag = sample_lag(sensor, estimate.spacing);
  estimate.uncertainty = run.length() < lag ? short_run_uncertainty(estimate, run)
                                            : ring_uncertainty(estimate, run, passage->shape.roughness(),
                                                               {step_over(power, run, estimate, lag), lag});
  return estimate;
}

base::Result<EnergyEstimate> energy_from_average_power(const series::Series<meter::GpuReading>& readings, base::Window run,
                                                       const RunLimits& known, const meter::SensorTiming& sensor) {
  const AverageEnds ends = average_ends(readings, run, sensor.averaged);
  const bool whole = ends.before && ends.after && use_beside(&readings, run, sensor) == Beside::idle;
  const auto passage =
      pass(readings, run, whole ? run.end + sensor.averaged : run.end, kLongestBetweenReadings, kReadingsName);
  if (!passage) return base::failure(passage.error());
  if (passage->run.samples() == 0) return none_within(kReadingsName);
  EnergyEstimate estimate =
      estimate_of(*passage, run, whole ? EnergyMethod::average_power : EnergyMethod::plain_power, known);
  if (whole) estimate.energy -= (*ends.before + *ends.after) * (sensor.averaged / 2);
  if (estimate.energy <= base::Energy{}) return base::failure("the run is too short for the driver's average power");
  const base::Power change = whole ? *ends.after - *ends.before : base::Power{};
  estimate.uncertainty = average_uncertainty(estimate, run, {passage->shape.roughness(), passage->lost, change}, sensor);
  return estimate;
}

}  // namespace gpubench::energy
