// Finding and reading a part of a long series without holding it in memory.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "base/time.h"
#include "series/series.h"

namespace gpubench::energy {

// Position of the first value that is not before `time`; size() if there is none. The times must rise.
template <class T, class TimeOf>
std::size_t first_not_before(const series::Series<T>& series, base::SteadyTime time, TimeOf time_of) {
  std::size_t low = 0;
  std::size_t high = series.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    T value{};
    if (series.read(middle, std::span<T>(&value, 1)) == 1 && time_of(value) < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Calls visit(value) from `first` on, oldest first, until it returns false.
template <class T, class Visit>
void visit_while(const series::Series<T>& series, std::size_t first, Visit visit) {
  std::array<T, std::size_t{8192} / sizeof(T)> chunk;
  while (const std::size_t count = series.read(first, std::span<T>(chunk))) {
    for (std::size_t i = 0; i < count; ++i) {
      if (!visit(chunk[i])) return;
    }
    first += count;
  }
}

}  // namespace gpubench::energy
