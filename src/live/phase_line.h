// The phase that the benchmark is in.
#pragma once

#include <string>

#include "record/progress.h"

namespace gpubench::live {

// "epoch/step for 12.3 s, about 5210 J"
std::string phase_text(const record::PhaseNow& phase);

// "Phase: ...\n"; empty where the benchmark is in none.
std::string phase_line(const record::Progress& progress);

}  // namespace gpubench::live
