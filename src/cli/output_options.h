// Which files are made of a run.
#pragma once

#include <vector>

#include "cli/option_table.h"
#include "report/spec.h"

namespace gpubench::cli {

std::vector<Option> output_options(report::OutputSpec& spec);
// Of them those that choose plot and page.
std::vector<Option> picture_options(report::OutputSpec& spec);

}  // namespace gpubench::cli
