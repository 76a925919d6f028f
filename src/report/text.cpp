#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace gpubench::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// The forms of a UTF-8 character of several bytes. A longer form than needed is not valid.
struct Utf8Form {
  unsigned char mask;
  unsigned char lead;  // first byte under the mask
  std::size_t length;
  std::uint32_t smallest;  // code point that needs it
};
constexpr std::array<Utf8Form, 3> kUtf8Forms = {{{0xE0, 0xC0, 2, 0x80}, {0xF0, 0xE0, 3, 0x800}, {0xF8, 0xF0, 4, 0x10000}}};

// Length of the valid UTF-8 character at the start of `text`; 0 if it is broken.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80U) return 1;
  const auto* const form =
      std::find_if(kUtf8Forms.begin(), kUtf8Forms.end(), [&](const Utf8Form& f) { return (byte(0) & f.mask) == f.lead; });
  if (form == kUtf8Forms.end() || text.size() < form->length) return 0;
  std::uint32_t point = byte(0) & static_cast<unsigned char>(~form->mask);
  for (std::size_t i = 1; i < form->length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    point = (point << 6U) | (byte(i) & 0x3FU);
  }
  const bool surrogate = point >= 0xD800U && point <= 0xDFFFU;
  return point < form->smallest || surrogate || point > 0x10FFFFU ? 0 : form->length;
}

// C0, DEL and C1 (U+0080 to U+009F): a terminal may act on them.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20U || first == 0x7FU;
  return character.size() == 2 && first == 0xC2U && static_cast<unsigned char>(character[1]) < 0xA0U;
}

// Calls visit(character) for each character of `text`, broken bytes replaced.
template <class Visit>
void for_each_character(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    visit(length == 0 ? kReplacement : text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

void cut_trailing_zeros(std::string& text) {
  if (text.find('.') == std::string::npos) return;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
}

// Decimals that keep four significant digits of a value whose `decimals` would not.
int needed_decimals(double value, int decimals) {
  const double size = std::abs(value);
  if (size == 0 || size >= 100 * std::pow(10.0, -decimals) || !std::isfinite(size)) return decimals;
  return std::min(20, 3 - static_cast<int>(std::floor(std::log10(size))));
}

}  // namespace

std::string exact_number(double value) {
  std::string text = fmt::format("{}", value);
  if (!std::isfinite(value) || text.find('.') != std::string::npos) return text;
  text.insert(std::min(text.find('e'), text.size()), ".0");
  return text;
}

std::string short_number(double value, int decimals) {
  std::string text = plain_number(value, decimals);
  if (text.find('.') == std::string::npos && std::isfinite(value)) text += ".0";
  return text;
}

std::string plain_number(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, needed_decimals(value, decimals));
  cut_trailing_zeros(text);
  return text == "-0" ? "0" : text;
}

std::string one_line(std::string_view text, std::size_t max_characters) {
  std::string line;
  std::size_t kept_bytes = 0;  // of max_characters - 3 characters
  std::size_t count = 0;
  for_each_character(text, [&](std::string_view character) {
    if (++count > max_characters) return;
    line += is_control(character) ? " " : character;
    if (count + 3 == max_characters) kept_bytes = line.size();
  });
  return count > max_characters ? line.substr(0, kept_bytes) + "..." : line;
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  for_each_character(text, [&](std::string_view character) { valid += character; });
  return valid;
}

}  // namespace gpubench::report
