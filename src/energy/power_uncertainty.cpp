#include "energy/power_uncertainty.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include "energy/sensor.h"

namespace gpubench::energy {
namespace {

constexpr double kRoot2 = std::numbers::sqrt2;
// Ring and counter of an H200 agree within 0.5 % on loads that are not locked to the sensor: that is k = 2.
constexpr double kRingAgreement = 0.0025;
constexpr double kIdleSpread = 0.05;  // of idle power over the second next to the run

UncertaintyTerm term(std::string_view name, base::Energy standard, std::string explanation) {
  UncertaintyTerm term;
  term.name = name;
  term.standard = base::Energy::from_joules(std::abs(standard.joules()));
  term.explanation = std::move(explanation);
  return term;
}

PowerSpan power_span_of(const EnergyEstimate& estimate, base::Window run) {
  const base::Power mean = estimate.energy / run.length();
  return estimate.span.value_or(PowerSpan{{}, mean * 2, {}, mean * 2, mean * 2, mean * 2});
}

// The bridge over a gap may lie at either end of what the power can be: the whole span is the half-width.
UncertaintyTerm missing_term(const PowerSpan& span, base::Duration lost) {
  return term("gaps", (span.highest - span.lowest) * lost / kRoot3,
              "time without samples: any power between the lowest seen and the highest possible");
}

}  // namespace

UncertaintyTerm instants_term(const PowerSpan& span) {
  const std::array changes{span.at_start * span.ends_within, span.at_end * span.ends_within};
  UncertaintyTerm term;
  term.name = "start_and_end";
  term.standard = root_sum_square(changes) / kRoot3;
  term.explanation = "start and end of the workload, each known to " +
                     milliseconds_text(std::chrono::ceil<std::chrono::milliseconds>(span.ends_within)) +
                     ", times the change of power there";
  term.common = true;
  return term;
}

Uncertainty ring_uncertainty(const EnergyEstimate& estimate, base::Window run, base::Energy roughness,
                             const LaggingStep& lagging) {
  const PowerSpan span = power_span_of(estimate, run);
  const base::Power swing = base::Power::from_watts(std::hypot(span.at_start.watts(), span.at_end.watts()));
  const std::array edges{lagging.step * lagging.lag / kRoot3, swing * estimate.spacing / kRoot12};
  const double lost = std::max(0.0, 1 - estimate.coverage.fraction()) * base::to_seconds(run.length());
  // A step between two samples may lie anywhere between them: that is a rectangle as wide as step times distance.
  const base::Energy unseen = std::max(roughness / kRoot12, estimate.energy * kRingAgreement);
  Uncertainty uncertainty;
  uncertainty.terms = {
      term("edges", root_sum_square(edges),
           "lag of the samples of up to " + milliseconds_text(rounded_spacing(lagging.lag)) + ", and a sample at each end"),
      instants_term(span),
      term("part_time", unseen,
           "samples may cover only part of each " + milliseconds_text(rounded_spacing(estimate.spacing)) +
               ": from the steps between neighbours, at least 0.25 %"),
      missing_term(span, base::from_seconds(lost)), gain_term(estimate.energy)};
  return uncertainty;
}

Uncertainty short_run_uncertainty(const EnergyEstimate& estimate, base::Window run) {
  const PowerSpan span = power_span_of(estimate, run);
  Uncertainty uncertainty;
  uncertainty.terms = {
      term("edges", (span.highest - span.lowest) * run.length() / kRoot3,
           "the run is shorter than the samples may lag: any power from the lowest seen to the highest possible"),
      instants_term(span), gain_term(estimate.energy)};
  return uncertainty;
}

Uncertainty average_uncertainty(const EnergyEstimate& estimate, base::Window run, const AverageDoubt& doubt,
                                const meter::SensorTiming& sensor) {
  const base::Duration half = sensor.averaged / 2;
  const PowerSpan span = power_span_of(estimate, run);
  const bool whole = estimate.method == EnergyMethod::average_power;
  // Whether a board's reading looks back over a second or less is not known: idle before counts half a second against after.
  const std::array idle{span.lowest * kIdleSpread * half * kRoot2, doubt.change * (half + sensor.reading_renewed) / kRoot3};
  const base::Energy edges = whole ? root_sum_square(idle) : (span.highest - span.lowest) * half / kRoot3;
  Uncertainty uncertainty;
  uncertainty.terms = {
      term("edges", edges,
           whole ? "idle power on both sides, half a second of each subtracted" : "the average lags half a second behind"),
      instants_term(span),
      term("part_time", doubt.roughness / kRoot12, "steps of power between two readings may lie anywhere between them"),
      missing_term(span, doubt.lost), gain_term(estimate.energy)};
  return uncertainty;
}

}  // namespace gpubench::energy
