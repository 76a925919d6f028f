#include "energy/split_energy.h"

#include <algorithm>
#include <optional>

#include "energy/counter_check.h"
#include "energy/counter_ends.h"
#include "energy/counter_transitions.h"
#include "energy/linear_curve.h"
#include "energy/power_energy.h"
#include "energy/power_integral.h"
#include "energy/series_search.h"
#include "energy/use_beside.h"

namespace gpubench::energy {
namespace {

using Moments = std::vector<base::SteadyTime>;

// The counter's rise since the start at each of the moments.
std::optional<std::vector<base::Energy>> counter_rises(const series::GpuSeries& gpu, base::Window run,
                                                       const Moments& moments) {
  const series::Series<meter::CounterReading>& counter = *gpu.counter;
  const auto ends = counter_ends(counter, run, gpu.power.get(), gpu.sensor, use_beside(gpu.readings.get(), run, gpu.sensor));
  if (!ends || moments.empty()) return std::nullopt;
  LinearCurve curve(moments);
  TransitionFinder finder(run.start, gpu.sensor);
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

}  // namespace

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
