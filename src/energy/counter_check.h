// Whether the energy counter can be trusted, decided from the data: it is compared with the power samples.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/quantity.h"
#include "base/time.h"
#include "energy/energy_estimate.h"
#include "series/gpu_series.h"

namespace gpubench::energy {

enum class CounterState : std::uint8_t {
  unavailable,  // it gave no energy
  unchecked,    // nothing to compare it with: no power series covers 99 % of the run
  trusted,      // agrees with the power samples within both intervals
  disputed,     // does not, and it is unclear which of the two is wrong
  broken,       // does not follow the load, or is off by more than a tenth: not used
};
// "trusted" ...: the words used in every output.
std::string_view state_text(CounterState state);

struct CounterCheck {
  CounterState state = CounterState::unavailable;
  std::string reason = {};                      // of disputed and broken
  bool apart = false;                           // the two energies differ by more than both may be off
  std::string against = {};                     // the method it was compared with
  std::optional<base::Energy> difference = {};  // that method's energy less the counter's
  base::Energy step = {};                       // greatest difference within a second or so that no lag explains; 0: none
  // Rise of the counter's power for a rise of the samples' power, over pieces of the run and the idle time around it: 1 is
  // right, 0 a counter of constant rate; empty: the power hardly varied.
  std::optional<base::Ratio> slope = {};
};

// A power series with less is not used for the check.
constexpr base::Ratio kLeastCoverage = base::Ratio::from_fraction(0.99);

// `independent` is the best power method that covers the run, `third` another one to turn to; both may be null.
CounterCheck check_counter(const series::GpuSeries& gpu, base::Window run, const EnergyEstimate* counter,
                           const EnergyEstimate* independent, const EnergyEstimate* third);

}  // namespace gpubench::energy
