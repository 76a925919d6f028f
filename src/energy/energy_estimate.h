// The energy of a GPU over the real start and end of the workload, as one method found it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/quantity.h"
#include "base/time.h"
#include "energy/power_statistics.h"
#include "energy/uncertainty.h"

namespace gpubench::energy {

enum class EnergyMethod : std::uint8_t {
  counter_idle_anchored,  // hardware counter between two idle moments around the run, less the idle energy outside it
  counter_step_model,     // the same without idle around the run: the step model, with its larger interval
  power_ring,             // integral of the driver's power samples
  average_power,  // area of the driver's 1 s average, its tail after the run taken in, less half a second of idle each side
  plain_power,    // trapezoids of the power readings (no reading a second after the run)
};

// When the counter ticks, as its readings in idle time show (counter_lock.h).
struct CounterTick {
  base::Duration half_width{};  // its time is known to +- this
  std::size_t readings = 0;     // that it was found from
};

struct EnergyEstimate {
  base::Energy energy;
  EnergyMethod method = EnergyMethod::power_ring;
  base::Ratio coverage;                  // share of the window that valid samples cover
  base::Duration longest_gap{};          // longest time without a sample (power methods) or between readings (counter)
  std::size_t samples = 0;               // used within the window
  base::Duration spacing{};              // of the samples, usually (power methods)
  std::optional<PowerSpan> span = {};    // of power methods
  std::optional<CounterTick> tick = {};  // that the counter's method rests on; empty: the age of its readings is not known
  Uncertainty uncertainty = {};
};
// "counter, idle-anchored", "power samples (20 ms)" ...: the words used in every output.
std::string method_text(const EnergyEstimate& estimate);

// What is known of a run in addition to its series.
struct RunLimits {
  std::optional<base::Power> limit = {};     // of the GPU's power: the most that an unseen stretch may hold
  base::Duration ends_within = kEndsWithin;  // its start and end, to +- this
};

}  // namespace gpubench::energy
