// The gates of a comparison, and the exit status that follows.
#pragma once

#include <vector>

#include "compare/comparison.h"

namespace gpubench::compare {

// FAIL counts only if it holds among all gates together (Holm); PASS needs each gate by itself.
std::vector<GateResult> judge(const Comparison& comparison, const std::vector<Gate>& gates);

Verdict verdict_of(statistics::Zone zone);

}  // namespace gpubench::compare
