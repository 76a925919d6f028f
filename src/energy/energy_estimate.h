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
#include "energy/counter_check.h"
#include "energy/idle_baseline.h"
#include "energy/power_span.h"
#include "energy/uncertainty.h"
#include "meter/reading.h"
#include "series/gpu_series.h"

namespace gpubench::energy {

enum class EnergyMethod : std::uint8_t {
  counter_idle_anchored,  // hardware counter between two idle moments around the run, less the idle energy outside it
  counter_step_model,     // the same without idle around the run: the step model, with its larger interval
  power_ring,             // integral of the driver's 20 ms power samples
  average_power,  // area of the driver's 1 s average, its tail after the run taken in, less half a second of idle each side
  plain_power,    // trapezoids of the power readings (no reading a second after the run)
};
// "counter, idle-anchored" ...: the words used in every output.
std::string_view method_text(EnergyMethod method);

struct EnergyEstimate {
  base::Energy energy;
  EnergyMethod method = EnergyMethod::power_ring;
  base::Ratio coverage;                // share of the window that valid samples cover
  base::Duration longest_gap{};        // longest time without a sample (power methods) or between readings (counter)
  std::size_t samples = 0;             // used within the window
  std::optional<PowerSpan> span = {};  // of power methods
  Uncertainty uncertainty = {};
};

// What is known of a run beside its series.
struct Known {
  std::optional<base::Power> limit = {};     // of the GPU's power: the most that an unseen stretch may hold
  base::Duration ends_within = kEndsWithin;  // its start and end, to +- this
};

// The energy of one GPU over one window: every method that the data allow.
struct GpuEnergy {
  std::optional<EnergyEstimate> counter;
  std::optional<EnergyEstimate> ring;
  std::optional<EnergyEstimate> average;
  CounterCheck check = {};
  IdleBaseline idle = {};
  // The first of counter, ring, average that is there, a broken counter left out; empty: the energy is not known (never 0
  // J).
  [[nodiscard]] const EnergyEstimate* best() const;
};

// Energy by the hardware counter; an error says why it cannot be given (no readings, counter restarted, ...). `span`: of the
// power samples, for the uncertainty. `power`: the samples themselves, which say what happened between a reading and an end.
base::Result<EnergyEstimate> energy_from_counter(const series::Series<meter::CounterReading>& counter, base::Window run,
                                                 const std::optional<PowerSpan>& span = {},
                                                 const series::Series<meter::PowerSample>* power = nullptr);
// Energy by the power ring: straight lines between its samples; ends cut at the window.
base::Result<EnergyEstimate> energy_from_power(const series::Series<meter::PowerSample>& power, base::Window run,
                                               const Known& known = {});
// Energy by the interval readings' averaged power.
base::Result<EnergyEstimate> energy_from_average_power(const series::Series<meter::GpuReading>& readings, base::Window run,
                                                       const Known& known = {});

// All methods at once, held against each other.
GpuEnergy measure_energy(const series::GpuSeries& gpu, base::Window run, const Known& known = {});

// Cuts the best estimate at the given moments (rising, inside the run): boundaries.size() + 1 parts that add up to it
// exactly.
std::vector<base::Energy> split_energy(const series::GpuSeries& gpu, base::Window run, const EnergyEstimate& whole,
                                       std::span<const base::SteadyTime> boundaries);

}  // namespace gpubench::energy
