// Where carbon intensities come from, and what counts into the footprint.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "carbon/carbon_options.h"
#include "cli/option_table.h"

namespace gpubench::cli {

Option carbon_source_option(std::string& source);
std::vector<Option> carbon_options(carbon::CarbonOptions& options, std::string& region);

// That not two sources are given.
base::Result<void> check_carbon(const carbon::CarbonOptions& options);

}  // namespace gpubench::cli
