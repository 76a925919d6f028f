#include "report/html/escape.h"

#include <fmt/format.h>

#include <cmath>

#include "report/text.h"

namespace gpubench::report {
namespace {

bool is_control(char c) {
  return (c >= 0 && c < 0x20) || c == 0x7f;
}

std::string html_character(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {is_control(c) && c != '\n' && c != '\t' ? ' ' : c};
  }
}

bool must_be_escaped(char c) {
  return is_control(c) || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == '\'';
}

// U+2028 and U+2029 end a line of JavaScript.
bool is_line_separator(std::string_view rest) {
  return rest.starts_with("\u2028") || rest.starts_with("\u2029");
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string escaped;
  for (const char c : valid_utf8(text)) escaped += html_character(c);
  return escaped;
}

std::string json_string(std::string_view text) {
  const std::string valid = valid_utf8(text);
  std::string escaped = "\"";
  for (std::size_t i = 0; i < valid.size(); ++i) {
    if (is_line_separator(std::string_view(valid).substr(i))) {
      escaped += valid[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else if (must_be_escaped(valid[i])) {
      escaped += fmt::format("\\u{:04x}", static_cast<unsigned>(valid[i]));
    } else {
      escaped += valid[i];
    }
  }
  return escaped + "\"";
}

std::string json_number(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

}  // namespace gpubench::report
