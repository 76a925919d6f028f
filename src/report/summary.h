// A run summed up over its GPUs, by the Python tool's rules.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "record/run_record.h"

namespace gpubench::report {

// Mean over all GPUs' readings with utilisation above 0; empty if there was none.
struct PooledAverage {
  std::optional<double> average;
  bool supported = false;  // at least one GPU reports the value
};

struct Summary {
  std::string gpu_names;  // each different name once, "A, B"
  meter::GpuDescription
      first;  // limits of the first GPU stand for all, power limit: enforced, else the highest that could be set
  meter::OfEachValue<PooledAverage> averages;  // in the value's unit
  std::size_t readings = 0;                    // of all GPUs
  bool busy_known = true;                      // of each GPU it is known when it was in use
  std::optional<base::Emissions> total_carbon;
  std::optional<base::CarbonIntensity> average_intensity;
  std::optional<base::CarbonIntensity> start_intensity;
  std::optional<base::CarbonIntensity> end_intensity;
};

Summary summarize(const record::RunRecord& run);

// Energy of the power samples minus the counter's; empty unless both are known.
std::optional<base::Energy> ring_minus_counter(const energy::GpuEnergy& gpu);
// The same as a share of the counter's.
std::optional<base::Ratio> ring_difference(const energy::GpuEnergy& gpu);

}  // namespace gpubench::report
