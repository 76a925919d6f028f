// What a user asked for about carbon: where the intensity comes from and what counts into the footprint.
#pragma once

#include <optional>
#include <string>

#include "base/quantity.h"

namespace gpubench::carbon {

struct CarbonOptions {
  std::string source = "grid_gb";
  std::optional<base::CarbonIntensity> intensity;  // the user's own value

  base::Ratio pue = base::Ratio::from_fraction(1);  // of the data centre
  std::optional<base::Emissions> embodied;          // of making one GPU
  double lifetime_years = 4;
  std::string functional_unit = "run";  // what the SCI score is per ...
  double functional_units = 1;          // ... and how many of them the run did
};

}  // namespace gpubench::carbon
