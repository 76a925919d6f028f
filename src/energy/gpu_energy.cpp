#include "energy/gpu_energy.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include "energy/counter_energy.h"
#include "energy/power_energy.h"
#include "energy/sensor.h"
#include "energy/use_beside.h"

namespace gpubench::energy {
namespace {

template <class Estimate>
std::optional<EnergyEstimate> if_there(Estimate estimate) {
  return estimate ? std::optional<EnergyEstimate>(*estimate) : std::nullopt;
}

// The estimate if it covers the run well enough to compare another with it.
const EnergyEstimate* covering(const std::optional<EnergyEstimate>& estimate) {
  return estimate && estimate->coverage >= kLeastCoverage ? &*estimate : nullptr;
}

constexpr std::size_t kSamplesOfACounterPeriod = 5;  // 100 ms

bool is_narrower(const EnergyEstimate& a, const EnergyEstimate& b) {
  return a.uncertainty.standard() < b.uncertainty.standard();
}

// What the counter has above the highest power that fine samples show, all the run long, if that is more than its interval
// and the samples' gain allow: a load that began just before the run may be counted as the run's.
base::Energy beyond_the_peak(const EnergyEstimate& counter, const EnergyEstimate* ring, base::Window run) {
  if (ring == nullptr || ring->spacing > meter::kFineSamples || !ring->span) return {};
  const base::Energy most = ring->span->peak * run.length();
  const base::Energy beyond = counter.energy - most;
  return beyond > counter.uncertainty.comparative() + most * kRingShare ? beyond : base::Energy{};
}

// If methods disagree, either may be wrong by the whole difference.
void add_disagreement(EnergyEstimate& estimate, const CounterCheck& check, base::Energy beyond_the_peak) {
  UncertaintyTerm term;
  term.name = "disagreement";
  term.explanation = "agrees with \"" + check.against + "\" within both intervals";
  if (check.state == CounterState::disputed) {
    const double off = std::max(std::abs(check.difference->joules()), check.step.joules());
    term.standard = base::Energy::from_joules(off / std::numbers::sqrt3);
    term.explanation = "counter and \"" + check.against + "\" differ by more than their uncertainties allow";
  }
  const base::Energy beyond = beyond_the_peak / std::numbers::sqrt3;
  if (beyond > term.standard) {
    term.standard = beyond;
    term.explanation = "more than the highest power that \"" + check.against + "\" shows makes in this time";
  }
  estimate.uncertainty.terms.push_back(std::move(term));
}

void hold_against_each_other(GpuEnergy& energy, const series::GpuSeries& gpu, base::Window run) {
  const EnergyEstimate* ring = covering(energy.ring);
  const EnergyEstimate* average = covering(energy.average);
  energy.check = check_counter(gpu, run, energy.counter ? &*energy.counter : nullptr, ring != nullptr ? ring : average,
                               ring != nullptr ? average : nullptr);
  const bool checked = energy.check.state == CounterState::trusted || energy.check.state == CounterState::disputed;
  if (checked) add_disagreement(*energy.counter, energy.check, beyond_the_peak(*energy.counter, ring, run));
}

// What the counter's uncertainty takes for the changes of power. Averages do not show them: any up to the limit is possible.
std::optional<PowerSpan> power_span(const GpuEnergy& energy) {
  if (energy.ring && energy.ring->spacing <= meter::kFineSamples) return energy.ring->span;
  if (!energy.average) return energy.ring ? energy.ring->span : std::nullopt;
  std::optional<PowerSpan> span = energy.average->span;
  span->low = span->lowest;
  span->high = span->highest;
  span->at_start = span->at_end = span->highest - span->lowest;
  return span;
}

}  // namespace

const EnergyEstimate* GpuEnergy::best() const {
  const EnergyEstimate* const samples = ring ? &*ring : nullptr;
  if (counter && check.state != CounterState::broken) {
    // In a short run, or on a busy GPU, the samples may say more than the counter's two ends.
    const bool anchored = counter->method == EnergyMethod::counter_idle_anchored;
    const bool doubtful = !anchored || (samples != nullptr && samples->samples < kSamplesOfACounterPeriod);
    return doubtful && covering(ring) != nullptr && is_narrower(*samples, *counter) ? samples : &*counter;
  }
  const EnergyEstimate* const readings = average ? &*average : nullptr;
  if (samples == nullptr || readings == nullptr) return samples != nullptr ? samples : readings;
  // Fine samples without a gap see more than any average.
  if (samples->coverage >= kLeastCoverage && samples->spacing <= meter::kFineSamples) return samples;
  return is_narrower(*readings, *samples) ? readings : samples;
}

GpuEnergy measure_energy(const series::GpuSeries& gpu, base::Window run, const RunLimits& known) {
  GpuEnergy energy;
  if (gpu.power) energy.ring = if_there(energy_from_power(*gpu.power, run, known, gpu.sensor));
  if (gpu.readings) energy.average = if_there(energy_from_average_power(*gpu.readings, run, known, gpu.sensor));
  if (gpu.counter)
    energy.counter = if_there(energy_from_counter(*gpu.counter, run, power_span(energy), gpu.power.get(), gpu.sensor,
                                                  use_beside(gpu.readings.get(), run, gpu.sensor)));
  hold_against_each_other(energy, gpu, run);
  energy.idle = idle_baseline(gpu, run, energy.best());
  return energy;
}

}  // namespace gpubench::energy
