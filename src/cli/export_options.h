// To which database samples go, and in which form.
#pragma once

#include <vector>

#include "cli/option_table.h"
#include "exporting/spec.h"

namespace gpubench::cli {

std::vector<Option> export_options(exporting::ExportSpec& spec);
Option export_drain_option(exporting::ExportSpec& spec);

}  // namespace gpubench::cli
