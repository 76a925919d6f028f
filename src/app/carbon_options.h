// The options about carbon: where the intensity comes from and what counts into the footprint.
#pragma once

#include <optional>
#include <string>

#include "base/quantity.h"
#include "base/result.h"
#include "carbon/carbon_options.h"

namespace CLI {
class App;
}

namespace gpubench::app {

using carbon::CarbonOptions;

// CLI11's target values, as written.
struct CarbonFlags {
  std::string source = "grid_gb";
  std::optional<double> intensity;
  double pue = 1;
  std::optional<double> embodied_kg;
  double lifetime_years = 4;
  std::string functional_unit = "run";
};

void describe_carbon_flags(CLI::App& app, CarbonFlags& flags, const char* group);
base::Result<CarbonOptions> checked_carbon_flags(const CarbonFlags& flags);

}  // namespace gpubench::app
