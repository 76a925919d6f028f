// Values that may be missing, and whole numbers, in JSON from any source.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace gpubench::app {

// Throws std::range_error for anything but a whole number that T can hold: the library converts 2.5e21 to an integer without
// a check, which is undefined behaviour.
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

// null for a value that is not there.
template <class T>
nlohmann::ordered_json optional_json(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

// Empty for null; throws where the key is missing or the value is of another type.
template <class T>
std::optional<T> optional_at(const nlohmann::ordered_json& json, const char* key) {
  const nlohmann::ordered_json& value = json.at(key);
  if (value.is_null()) return std::nullopt;
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
    return whole<T>(value);
  else
    return value.template get<T>();
}

// The same of a quantity in the named unit.
template <class Quantity>
nlohmann::ordered_json optional_json(const std::optional<Quantity>& value, double (Quantity::*unit)() const) {
  return value ? nlohmann::ordered_json(((*value).*unit)()) : nlohmann::ordered_json(nullptr);
}
template <class Quantity>
std::optional<Quantity> optional_at(const nlohmann::ordered_json& json, const char* key, Quantity (*unit)(double)) {
  const nlohmann::ordered_json& value = json.at(key);
  return value.is_null() ? std::nullopt : std::optional(unit(value.template get<double>()));
}

}  // namespace gpubench::app
