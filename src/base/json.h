// JSON to and from texts. Each text that this program did not just make itself is parsed here, and each value is printed
// here: the library's templates for both take seconds to compile.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace gpubench::base {

// Nothing that this program reads is a tenth as deep. Copying, comparing and printing a value recurse, so that a text of ten
// thousand brackets would end the program.
constexpr std::size_t kDeepestJson = 100;

// A discarded value (is_discarded; its at() throws) where `text` is no JSON or is nested deeper than kDeepestJson.
nlohmann::json parse_json(std::string_view text);
// The same, with the members of each object in the order of the text. Without the member `left_out` of the outermost object.
nlohmann::ordered_json parse_ordered_json(std::string_view text, std::string_view left_out = {});

// On one line, or with a line for each member and `indent` spaces a level. Bytes that are not UTF-8 become U+FFFD.
std::string json_text(const nlohmann::json& value, int indent = -1);
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace gpubench::base
