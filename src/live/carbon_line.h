// The grid now and the emissions so far.
#pragma once

#include <string>

#include "record/progress.h"

namespace gpubench::live {

// "Carbon: 162.0 gCO2/kWh now (forecast, Carbon Intensity API, London (region 13)); about 0.0123 gCO2 so far\n"; empty where
// nobody knows the intensity.
std::string carbon_line(const record::Progress& progress);

}  // namespace gpubench::live
