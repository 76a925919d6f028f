// The run's footprint as a table: operational, above idle, embodied, total and SCI score, each named.
#pragma once

#include <string>

#include "carbon/footprint.h"

namespace gpubench::report {

std::string footprint_table(const carbon::Footprint& footprint);

}  // namespace gpubench::report
