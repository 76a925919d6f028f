// The page's own style and script, embedded when the program is built.
#pragma once

#include <string_view>

namespace gpubench::report {

extern const std::string_view kPageStyle;
extern const std::string_view kPageScript;

}  // namespace gpubench::report
