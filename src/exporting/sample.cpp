#include "exporting/sample.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

namespace gpubench::exporting {
namespace {

constexpr std::size_t kLongestValue = 1024;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// Bytes of the well-formed UTF-8 character at the start of `text`; 0: there is none (RFC 3629).
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  std::size_t length = 2;
  if (lead >= 0xE0) length = 3;
  if (lead >= 0xF0) length = 4;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
  if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
  return std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(length), continues) ? length : 0;
}

std::string cleaned(std::string_view value) {
  std::string text;
  while (!value.empty()) {
    const std::size_t length = character_length(value);
    const bool control = length == 1 && (static_cast<unsigned char>(value.front()) < ' ' || value.front() == 0x7F);
    std::string_view piece = length == 0 ? kReplacement : value.substr(0, length);
    if (control) piece = " ";
    if (text.size() + piece.size() > kLongestValue) break;
    text += piece;
    value.remove_prefix(std::max<std::size_t>(length, 1));
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

}  // namespace gpubench::exporting
