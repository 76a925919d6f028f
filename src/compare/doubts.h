// Every doubt about a comparison, in words.
#pragma once

#include <vector>

#include "compare/comparison.h"

namespace gpubench::compare {

std::vector<Doubt> doubts_of(const Comparison& comparison);

}  // namespace gpubench::compare
