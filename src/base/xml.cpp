#include "base/xml.h"

#include "base/text.h"

namespace gpubench::base {

std::string xml_text(std::string_view text, std::size_t most) {
  std::string escaped;
  for (const char character : one_line(text, most)) {
    switch (character) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += character;
    }
  }
  return escaped;
}

}  // namespace gpubench::base
