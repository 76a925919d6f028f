// The run's footprint: PUE, operational, above idle, embodied, total and SCI score, each named.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "carbon/footprint.h"

namespace gpubench::report {

// Name and value of each.
std::vector<std::pair<std::string, std::string>> footprint_rows(const carbon::Footprint& footprint);

std::string footprint_table(const carbon::Footprint& footprint);

}  // namespace gpubench::report
