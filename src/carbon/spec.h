// Which source of carbon intensities a run asks.
#pragma once

#include <string>

#include "carbon/carbon_options.h"
#include "carbon/services.h"

namespace gpubench::carbon {

struct CarbonSpec {
  CarbonOptions options;
  std::string region;  // as the option has it
  Services services;
};

}  // namespace gpubench::carbon
