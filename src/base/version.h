// The version of this tool.
#pragma once

namespace gpubench::base {

extern const char* const kVersion;  // "1.2.3", from CMakeLists.txt

}  // namespace gpubench::base
