// External text as part of a page: always data, never markup.
#pragma once

#include <string>
#include <string_view>

namespace gpubench::report {

// For element content and for attribute values in double quotes. Control characters but newline and tab become spaces.
std::string html_text(std::string_view text);

// A JSON string with its quotes that cannot end the script element it stands in, nor a line of JavaScript.
std::string json_string(std::string_view text);

// A JSON number; null if it is not finite.
std::string json_number(double value);

}  // namespace gpubench::report
