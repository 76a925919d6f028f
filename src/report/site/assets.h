// The site's own style and script, embedded when the program is built.
#pragma once

#include <string_view>

namespace gpubench::report {

extern const std::string_view kSiteStyle;
extern const std::string_view kSiteScript;

}  // namespace gpubench::report
