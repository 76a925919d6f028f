// The yearly factor that stands in for what a source does not know.
#pragma once

#include <optional>
#include <string>

#include "carbon/carbon_options.h"
#include "carbon/yearly_factors.h"

namespace gpubench::carbon {

// Empty: there is none for the place, or the source's figures are of another kind; what it does not know stays unknown.
std::optional<YearlyFactor> fallback_factor(const CarbonOptions& options, const std::string& region);

}  // namespace gpubench::carbon
