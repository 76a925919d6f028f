// The options about carbon: where the intensity comes from and what counts into the footprint.
#pragma once

#include <optional>
#include <string>

#include "base/quantity.h"
#include "base/result.h"

namespace CLI {
class App;
}

namespace gpubench::app {

struct CarbonOptions {
  std::string source = "grid_gb";
  std::optional<base::CarbonIntensity> intensity;  // the user's own value

  base::Ratio pue = base::Ratio::from_fraction(1);  // of the data centre
  std::optional<base::Emissions> embodied;          // of making one GPU
  double lifetime_years = 4;
  std::string functional_unit = "run";  // what the SCI score is per ...
  double functional_units = 1;          // ... and how many of them the run did
};

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
