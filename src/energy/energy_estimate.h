// How much energy a GPU used over the real start and end of the workload, found by more than one method.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "base/time.h"
#include "meter/reading.h"
#include "series/gpu_series.h"

namespace gpubench::energy {

enum class EnergyMethod : std::uint8_t {
  counter_idle_anchored,  // hardware counter between two idle moments around the run, less the idle energy outside it
  counter_interpolated,   // hardware counter, its two ends interpolated (no idle around the run)
  power_ring,             // integral of the driver's 20 ms power samples
  average_power,          // integral of the driver's averaged power at the sampling interval
};
// "counter, idle-anchored" ...: the words used in every output.
std::string_view method_text(EnergyMethod method);

struct EnergyEstimate {
  base::Energy energy;
  EnergyMethod method = EnergyMethod::power_ring;
  base::Ratio coverage;          // share of the window that valid samples cover
  base::Duration longest_gap{};  // longest time without a sample (power methods) or between readings (counter)
  std::size_t samples = 0;       // used within the window
};

// The energy of one GPU over one window: every method that the data allow.
struct GpuEnergy {
  std::optional<EnergyEstimate> counter;
  std::optional<EnergyEstimate> ring;
  std::optional<EnergyEstimate> average;
  // The first of counter, ring, average that is there; empty: the energy is not known (never 0 J).
  [[nodiscard]] const EnergyEstimate* best() const;
};

// Energy by the hardware counter; an error says why it cannot be given (no readings, counter restarted, ...).
base::Result<EnergyEstimate> energy_from_counter(const series::Series<meter::CounterReading>& counter, base::Window run);
// Energy by the power ring: each sample's power holds from half-way to its neighbours; ends cut at the window.
base::Result<EnergyEstimate> energy_from_power(const series::Series<meter::PowerSample>& power, base::Window run);
// Energy by the interval readings' averaged power (trapezoids on real times).
base::Result<EnergyEstimate> energy_from_average_power(const series::Series<meter::GpuReading>& readings, base::Window run);

// All methods at once.
GpuEnergy measure_energy(const series::GpuSeries& gpu, base::Window run);

// Cuts the best estimate at the given moments (rising, inside the run): boundaries.size() + 1 parts that add up to it
// exactly.
std::vector<base::Energy> split_energy(const series::GpuSeries& gpu, base::Window run, const EnergyEstimate& whole,
                                       std::span<const base::SteadyTime> boundaries);

}  // namespace gpubench::energy
