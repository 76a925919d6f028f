// Whole numbers out of JSON that anybody may have written. The library converts 2.5e21 to an integer without a look, which
// no rule of the language covers.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

namespace gpubench::app {

// Throws std::range_error for anything but a whole number that T can hold.
template <class T, class Json>
T whole(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.template get<std::uint64_t>();
    if (number <= static_cast<std::uint64_t>(std::numeric_limits<T>::max())) return static_cast<T>(number);
  } else if (value.is_number_integer()) {
    const auto number = value.template get<std::int64_t>();
    const bool fits =
        number < 0 ? std::numeric_limits<T>::is_signed && number >= static_cast<std::int64_t>(std::numeric_limits<T>::min())
                   : static_cast<std::uint64_t>(number) <= static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    if (fits) return static_cast<T>(number);
  }
  throw std::range_error("not a whole number in range");
}

template <class T, class Json>
std::vector<T> whole_numbers(const Json& list) {
  std::vector<T> numbers;
  for (const Json& value : list) numbers.push_back(whole<T>(value));
  return numbers;
}

}  // namespace gpubench::app
