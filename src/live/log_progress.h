// The benchmark's progress, if a line of its log reports it.
#pragma once

#include <optional>
#include <string_view>

#include "base/quantity.h"

namespace gpubench::live {

// "45%|####  |", "progress: 45.2 %", "Epoch 3/10", "[12/100]", "938/938 [====]", "step 5 of 20". A share that is none of
// these (an accuracy, a loss, a date) is not taken for progress.
std::optional<base::Ratio> progress_in(std::string_view line);

}  // namespace gpubench::live
