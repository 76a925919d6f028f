#include "exporting/sample.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "base/text.h"
#include "base/words.h"

namespace gpubench::exporting {
namespace {

constexpr std::size_t kLongestValue = 1024;

std::string cleaned(std::string_view value) {
  std::string text;
  while (!value.empty()) {
    const char32_t character = base::take_character(value);
    const std::size_t length = text.size();
    base::append_character(text, base::is_control(character) ? U' ' : character);
    if (text.size() > kLongestValue) return text.substr(0, length);
  }
  return text;
}

void append_quoted(std::string& json, std::string_view text) {
  json += '"';
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') json += '\\';
    json += letter;
  }
  json += '"';
}

}  // namespace

Series make_series(std::string_view name, Labels labels) {
  for (auto& [label, value] : labels) value = cleaned(value);
  labels.erase(std::remove_if(labels.begin(), labels.end(), [](const auto& label) { return label.second.empty(); }),
               labels.end());
  std::sort(labels.begin(), labels.end());
  return {std::string(name), std::move(labels)};
}

std::string Series::json() const {
  std::string text = "{\"__name__\":";
  append_quoted(text, name);
  for (const auto& [label, value] : labels) {
    text += ',';
    append_quoted(text, label);
    text += ':';
    append_quoted(text, value);
  }
  return text + '}';
}

double end_of_series() {
  return std::bit_cast<double>(std::uint64_t{0x7FF0000000000002});
}

double rounded(double value) {
  return std::abs(value) < 1e12 ? std::round(value * 1e3) / 1e3 : value;
}

double rounded_result(double value) {
  constexpr int kAfterFirstDigit = 8;
  if (std::abs(value) >= 1e6 || !std::isfinite(value)) return rounded(value);
  std::array<char, 32> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, kAfterFirstDigit);
  return base::number_in<double>({text.data(), static_cast<std::size_t>(end - text.data())}).value_or(value);
}

}  // namespace gpubench::exporting
