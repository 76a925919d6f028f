#include "energy/energy_estimate.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include "energy/counter_ends.h"
#include "energy/counter_transitions.h"
#include "energy/counter_uncertainty.h"
#include "energy/linear_curve.h"
#include "energy/power_integral.h"
#include "energy/walk.h"

namespace gpubench::energy {
namespace {

using Moments = std::vector<base::SteadyTime>;

template <class Estimate>
std::optional<EnergyEstimate> if_there(Estimate estimate) {
  return estimate ? std::optional<EnergyEstimate>(*estimate) : std::nullopt;
}

// The counter's rise since the start at each of the moments.
std::optional<std::vector<base::Energy>> counter_rises(const series::GpuSeries& gpu, base::Window run,
                                                       const Moments& moments) {
  const series::Series<meter::CounterReading>& counter = *gpu.counter;
  const auto ends = counter_ends(counter, run, gpu.power.get());
  if (!ends || moments.empty()) return std::nullopt;
  LinearCurve curve(moments);
  TransitionFinder finder(run.start);
  visit_while(counter, first_reading_for(counter, run.start), [&](const auto& reading) {
    const auto change = finder.add(reading);
    if (!change) return false;
    if (*change) curve.add({(*change)->time, (*change)->energy});
    return !curve.last() || curve.last()->time <= moments.back();
  });
  if (!curve.has_line()) return std::nullopt;
  std::vector<base::Energy> rises;
  for (const base::Energy value : curve.finish()) rises.push_back(value - ends->start.value);
  return rises;
}

// The area under the power since the start at each of the moments, scaled so that the whole run gives `whole`.
template <class T>
std::optional<std::vector<base::Energy>> power_rises(const series::Series<T>& series, base::Window run,
                                                     const Moments& moments, base::Energy whole) {
  std::vector<base::Energy> rises;
  base::Energy sum;
  base::SteadyTime from = run.start;
  for (const base::SteadyTime moment : moments) {
    sum += integrate(series, {from, moment}).value_or(base::Energy{});
    rises.push_back(sum);
    from = moment;
  }
  sum += integrate(series, {from, run.end}).value_or(base::Energy{});
  if (!(sum > base::Energy{})) return std::nullopt;
  for (base::Energy& rise : rises) rise = whole * (rise / sum);
  return rises;
}

bool covers(const series::GpuSeries& gpu, base::Window run) {
  if (!gpu.power) return false;
  const auto ring = energy_from_power(*gpu.power, run);
  return ring && ring->coverage >= kLeastCoverage;
}

// The counter says how much, the power samples when; without them the counter's changes say both.
std::optional<std::vector<base::Energy>> rises_by(const series::GpuSeries& gpu, base::Window run,
                                                  const EnergyEstimate& whole, const Moments& moments) {
  switch (whole.method) {
    case EnergyMethod::counter_idle_anchored:
    case EnergyMethod::counter_step_model:
      if (covers(gpu, run)) return power_rises(*gpu.power, run, moments, whole.energy);
      if (gpu.counter) return counter_rises(gpu, run, moments);
      break;
    case EnergyMethod::power_ring:
      if (gpu.power) return power_rises(*gpu.power, run, moments, whole.energy);
      break;
    case EnergyMethod::average_power:
    case EnergyMethod::plain_power:
      if (gpu.readings) return power_rises(*gpu.readings, run, moments, whole.energy);
      break;
  }
  return std::nullopt;
}

// Without any series: even power.
std::vector<base::Energy> even_rises(base::Window run, const Moments& moments, base::Energy whole) {
  std::vector<base::Energy> rises;
  for (const base::SteadyTime moment : moments) {
    rises.push_back(whole * (base::to_seconds(moment - run.start) / base::to_seconds(run.length())));
  }
  return rises;
}

Moments within(base::Window run, std::span<const base::SteadyTime> boundaries) {
  Moments moments;
  base::SteadyTime least = run.start;
  for (const base::SteadyTime boundary : boundaries) {
    least = std::clamp(boundary, least, std::max(least, run.end));
    moments.push_back(least);
  }
  return moments;
}

// The estimate if it covers the run well enough to hold another against it.
const EnergyEstimate* covering(const std::optional<EnergyEstimate>& estimate) {
  return estimate && estimate->coverage >= kLeastCoverage ? &*estimate : nullptr;
}

// Where methods disagree, either may be wrong by all of the difference.
void add_disagreement(EnergyEstimate& estimate, const CounterCheck& check) {
  UncertaintyTerm term;
  term.name = "disagreement";
  term.explanation = "agrees with \"" + std::string(check.against) + "\" within the intervals of both";
  if (check.state == CounterState::disputed) {
    const double off = std::max(std::abs(check.difference->joules()), check.step.joules());
    term.standard = base::Energy::from_joules(off / std::numbers::sqrt3);
    term.explanation = "counter and \"" + std::string(check.against) + "\" differ by more than both may be off";
  }
  estimate.uncertainty.terms.push_back(std::move(term));
}

void hold_against_each_other(GpuEnergy& energy, const series::GpuSeries& gpu, base::Window run) {
  const EnergyEstimate* ring = covering(energy.ring);
  const EnergyEstimate* average = covering(energy.average);
  energy.check = check_counter(gpu, run, energy.counter ? &*energy.counter : nullptr, ring != nullptr ? ring : average,
                               ring != nullptr ? average : nullptr);
  const bool checked = energy.check.state == CounterState::trusted || energy.check.state == CounterState::disputed;
  if (checked) add_disagreement(*energy.counter, energy.check);
}

}  // namespace

std::string_view method_text(EnergyMethod method) {
  switch (method) {
    case EnergyMethod::counter_idle_anchored:
      return "counter, idle-anchored";
    case EnergyMethod::counter_step_model:
      return "counter, step model";
    case EnergyMethod::power_ring:
      return "power samples (20 ms)";
    case EnergyMethod::average_power:
      return "average power, area";
    case EnergyMethod::plain_power:
      return "power readings";
  }
  return "unknown";
}

const EnergyEstimate* GpuEnergy::best() const {
  if (counter && check.state != CounterState::broken) return &*counter;
  for (const auto* estimate : {&ring, &average}) {
    if (estimate->has_value()) return &**estimate;
  }
  return nullptr;
}

base::Result<EnergyEstimate> energy_from_counter(const series::Series<meter::CounterReading>& counter, base::Window run,
                                                 const std::optional<PowerSpan>& span,
                                                 const series::Series<meter::PowerSample>* power) {
  const auto ends = counter_ends(counter, run, power);
  if (!ends) return base::failure(ends.error());
  const double uncovered = base::to_seconds(ends->extrapolated) / base::to_seconds(run.length());
  EnergyEstimate estimate;
  estimate.energy = ends->end.value - ends->start.value;
  estimate.method = ends->anchored() ? EnergyMethod::counter_idle_anchored : EnergyMethod::counter_step_model;
  estimate.coverage = base::Ratio::from_fraction(std::max(0.0, 1.0 - uncovered));
  estimate.longest_gap = ends->longest_gap;
  estimate.samples = ends->samples;
  estimate.uncertainty = counter_uncertainty(*ends, run, span);
  return estimate;
}

GpuEnergy measure_energy(const series::GpuSeries& gpu, base::Window run, const Known& known) {
  GpuEnergy energy;
  if (gpu.power) energy.ring = if_there(energy_from_power(*gpu.power, run, known));
  if (gpu.readings) energy.average = if_there(energy_from_average_power(*gpu.readings, run, known));
  const auto& spans = energy.ring ? energy.ring : energy.average;
  if (gpu.counter)
    energy.counter = if_there(energy_from_counter(*gpu.counter, run, spans ? spans->span : std::nullopt, gpu.power.get()));
  hold_against_each_other(energy, gpu, run);
  energy.idle = idle_baseline(gpu, run, energy.best());
  return energy;
}

std::vector<base::Energy> split_energy(const series::GpuSeries& gpu, base::Window run, const EnergyEstimate& whole,
                                       std::span<const base::SteadyTime> boundaries) {
  const Moments moments = within(run, boundaries);
  if (moments.empty() || run.length() <= base::Duration::zero()) {
    std::vector<base::Energy> parts(boundaries.size() + 1);
    parts.back() = whole.energy;
    return parts;
  }
  const std::vector<base::Energy> rises =
      rises_by(gpu, run, whole, moments).value_or(even_rises(run, moments, whole.energy));
  std::vector<base::Energy> parts;
  base::Energy sum;
  for (const base::Energy rise : rises) {
    parts.push_back(std::clamp(rise, sum, std::max(sum, whole.energy)) - sum);
    sum += parts.back();
  }
  parts.push_back(whole.energy - sum);
  return parts;
}

}  // namespace gpubench::energy
