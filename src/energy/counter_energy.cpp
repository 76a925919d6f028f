#include "energy/counter_energy.h"

#include <algorithm>

#include "energy/counter_ends.h"
#include "energy/counter_uncertainty.h"

namespace gpubench::energy {
base::Result<EnergyEstimate> energy_from_counter(const series::Series<meter::CounterReading>& counter, base::Window run,
                                                 const std::optional<PowerSpan>& span,
                                                 const series::Series<meter::PowerSample>* power,
                                                 const meter::SensorTiming& sensor, Beside beside) {
  const auto ends = counter_ends(counter, run, power, sensor, beside);
  if (!ends) return base::failure(ends.error());
  const double uncovered = base::to_seconds(ends->extrapolated) / base::to_seconds(run.length());
  EnergyEstimate estimate;
  estimate.energy = ends->end.value - ends->start.value;
  estimate.method = ends->anchored() ? EnergyMethod::counter_idle_anchored : EnergyMethod::counter_step_model;
  estimate.coverage = base::Ratio::from_fraction(std::max(0.0, 1.0 - uncovered));
  estimate.longest_gap = ends->longest_gap;
  estimate.samples = ends->samples;
  estimate.tick = ends->tick;
  estimate.uncertainty = counter_uncertainty(*ends, run, span, sensor);
  return estimate;
}

}  // namespace gpubench::energy
