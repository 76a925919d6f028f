// What differs between two sides beside the benchmark itself.
#pragma once

#include <vector>

#include "compare/comparison.h"

namespace gpubench::compare {

// Only what differs: by 2 degrees, 1 % of the clock, or any limit, driver, image, GPU, host or version of this tool.
std::vector<Covariate> covariates_of(const std::vector<SideRun>& base, const std::vector<SideRun>& changed);

}  // namespace gpubench::compare
