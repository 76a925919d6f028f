// Sets that are stopped by what their runs came to, such as once they are precise enough: their scatter is too small by
// chance.
#pragma once

#include <cstddef>

namespace gpubench::statistics {

inline constexpr std::size_t kFewestUntilPrecise = 5;
double degrees_after_stopping(std::size_t runs, std::size_t fewest = kFewestUntilPrecise);

// Degrees of freedom of a scatter: n - 1, or those after stopping.
double degrees_of(std::size_t runs, bool stopped_by_values);

}  // namespace gpubench::statistics
