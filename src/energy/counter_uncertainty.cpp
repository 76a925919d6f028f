#include "energy/counter_uncertainty.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numbers>
#include <string>

#include "energy/power_uncertainty.h"
#include "energy/sensor.h"

namespace gpubench::energy {
namespace {

constexpr base::Energy kQuantum = base::Energy::from_millijoules(1);

// Without samples: from nothing to twice the mean.
PowerSpan span_of(const CounterEnds& ends, base::Window run) {
  const base::Power mean = (ends.end.value - ends.start.value) / run.length();
  const base::Power idle = ends.start.anchored ? ends.start.idle.power : base::Power{};
  return {idle, mean * 2, std::min(idle, mean), mean * 2, mean * 2, mean * 2};
}

// Furthest that a curve of slopes from lowest to highest can be from its straight line at the end's place.
base::Energy off_the_line(const CounterEnd& end, const PowerSpan& span) {
  const double width = (span.highest - span.lowest).watts();
  if (width <= 0) return {};
  const double x = std::clamp(end.position.fraction(), 0.0, 1.0);
  const double slope = std::clamp((end.mean_power - span.lowest).watts() / width, 0.0, 1.0);
  const double share = std::max(std::min(x, slope) - x * slope, std::min(x, 1 - slope) - x * (1 - slope));
  return base::Power::from_watts(width * share) * end.between;
}

base::Energy edge(const CounterEnd& end, const PowerSpan& span) {
  if (end.by_power) return *end.by_power;
  if (end.anchored) return end.idle.power * end.timing / kRoot3;
  const base::Energy timing = (span.highest - span.lowest) * end.timing;
  return root_sum_square(std::array{off_the_line(end, span), timing}) / kRoot3;
}

// The lag shifts both ends alike: what is left is lag times the difference of power at the two.
base::Power lagging(const CounterEnds& ends, const PowerSpan& span) {
  if (!ends.anchored() && !(ends.start.by_power && ends.end.by_power)) return span.high - span.low;
  return base::Power::from_watts(std::abs((ends.end.idle.power - ends.start.idle.power).watts()));
}

std::string edges_explanation(const CounterEnds& ends, const meter::SensorTiming& sensor) {
  const std::string lag = "publication lag of up to " + milliseconds_text(sensor.counter_lag);
  const std::string age =
      ends.tick ? "age of the readings (known from the counter's tick to " +
                      milliseconds_text(std::chrono::ceil<std::chrono::milliseconds>(ends.tick->half_width)) + ")"
                : "age of the readings (up to " + milliseconds_text(sensor.counter_period) + ")";
  const bool by_power = ends.start.by_power.has_value();
  if (ends.anchored()) {
    return "anchored in idle: " + lag + " times the difference of idle power, " +
           (by_power ? age + " times idle power" : "timing of the two changes");
  }
  if (by_power) return "not idle at an end: " + age + " times the power then, " + lag;
  return "no idle time at the start or the end: any power from the lowest to the highest is possible between two changes; " +
         lag;
}

UncertaintyTerm edges_term(const CounterEnds& ends, const PowerSpan& span, const meter::SensorTiming& sensor) {
  // By power the lag is taken to be the middle of what it can be.
  const base::Duration lag = ends.start.by_power ? mean_lag(sensor) : sensor.counter_lag;
  const std::array parts{edge(ends.start, span), edge(ends.end, span), lagging(ends, span) * lag / kRoot3};
  UncertaintyTerm term;
  term.name = "edges";
  term.standard = root_sum_square(parts);
  term.explanation = edges_explanation(ends, sensor);
  return term;
}

UncertaintyTerm idle_term(const CounterEnds& ends) {
  const std::array parts{ends.start.idle.uncertainty * ends.start.distance, ends.end.idle.uncertainty * ends.end.distance};
  UncertaintyTerm term;
  term.name = "idle_level";
  term.standard = root_sum_square(parts);
  term.explanation = "idle power next to the run, over the time between the run and the changes used";
  return term;
}

UncertaintyTerm gaps_term(const CounterEnds& ends, const PowerSpan& span) {
  UncertaintyTerm term;
  term.name = "gaps";
  term.standard = (span.highest - span.lowest) * ends.extrapolated / kRoot3;
  term.explanation = "the counter continues between readings; only time beyond its first and last change counts";
  return term;
}

}  // namespace

Uncertainty counter_uncertainty(const CounterEnds& ends, base::Window run, const std::optional<PowerSpan>& span,
                                const meter::SensorTiming& sensor) {
  PowerSpan limits = span.value_or(span_of(ends, run));
  if (ends.start.anchored) limits.low = std::min(limits.low, ends.start.idle.power);
  // The time between two changes at an end includes idle time, whose power no sample shows.
  const auto is_known = [](const CounterEnd& end) { return end.anchored || end.by_power; };
  if (!is_known(ends.start) || !is_known(ends.end)) limits.lowest = base::Power{};
  Uncertainty uncertainty;
  uncertainty.terms = {edges_term(ends, limits, sensor), instants_term(limits), idle_term(ends)};
  uncertainty.terms.push_back({"quantum", kQuantum / std::sqrt(6.0), "the counter counts millijoules"});
  uncertainty.terms.push_back(
      {"part_time", {}, "the counter integrates all the time (found on an H200, assumed for others)"});
  uncertainty.terms.push_back(gaps_term(ends, limits));
  uncertainty.terms.push_back(gain_term(ends.end.value - ends.start.value));
  return uncertainty;
}

}  // namespace gpubench::energy
