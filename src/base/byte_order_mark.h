// The mark that some editors and spreadsheets write before the first line of a text file.
#pragma once

#include <string_view>

namespace gpubench::base {

constexpr std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

}  // namespace gpubench::base
