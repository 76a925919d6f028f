#include "base/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace gpubench::base {
namespace {

bool is_printable_ascii(char letter) {
  return letter >= ' ' && letter <= '~';
}

utf8proc_category_t category_of(char32_t character) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(character));
}

}  // namespace

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) {
    if (&word != &words.front()) text += between;
    text += word;
  }
  return text;
}

void add_item(std::string& list, std::string_view item, std::string_view between) {
  if (item.empty()) return;
  if (!list.empty()) list += between;
  list += item;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string excerpt(std::string_view text, std::size_t most) {
  std::string shown(text.substr(0, most));
  std::replace_if(shown.begin(), shown.end(), [](char letter) { return !is_printable_ascii(letter); }, ' ');
  shown.erase(shown.find_last_not_of(' ') + 1);
  return text.size() > most ? shown + "..." : shown;
}

std::string one_line(std::string_view text, std::size_t max_characters) {
  std::string line;
  std::size_t kept_bytes = 0;  // of max_characters - 3 characters
  for (std::size_t count = 1; !text.empty(); ++count) {
    if (count > max_characters) return line.substr(0, kept_bytes) + "...";
    const char32_t character = take_character(text);
    append_character(line, is_control(character) ? U' ' : character);
    if (count + 3 == max_characters) kept_bytes = line.size();
  }
  return line;
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) append_character(valid, take_character(text));
  return valid;
}

char32_t take_character(std::string_view& utf8) {
  utf8proc_int32_t character = 0;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
                                       static_cast<utf8proc_ssize_t>(utf8.size()), &character);
  utf8.remove_prefix(length > 0 ? static_cast<std::size_t>(length) : 1);
  return length > 0 ? static_cast<char32_t>(character) : kReplacementCharacter;
}

void append_character(std::string& utf8, char32_t character) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(character), bytes.data());
  utf8.append(bytes.begin(), bytes.begin() + length);
}

bool is_control(char32_t character) {
  return category_of(character) == UTF8PROC_CATEGORY_CC;
}

bool is_unsafe_on_terminal(char32_t character) {
  switch (category_of(character)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return false;
  }
}

int columns_of(char32_t character) {
  return utf8proc_charwidth(static_cast<utf8proc_int32_t>(character));
}

int columns_of(std::string_view utf8) {
  int columns = 0;
  while (!utf8.empty()) columns += columns_of(take_character(utf8));
  return columns;
}

}  // namespace gpubench::base
