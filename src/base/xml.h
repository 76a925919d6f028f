// Text within XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace gpubench::base {

// As one line, valid in element content and in attributes.
std::string xml_text(std::string_view text, std::size_t most = 400);

}  // namespace gpubench::base
