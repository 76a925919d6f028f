// The tool's own command line, as it can be shown and typed again.
#pragma once

#include <string>
#include <vector>

namespace gpubench::app {

// `own`: options by their full names, each value an argument of its own; `arguments`: what came after "--". Quoted for a
// shell. Values of --env are left out: they may be secrets.
std::string invocation_text(const std::vector<std::string>& own, const std::vector<std::string>& arguments);

}  // namespace gpubench::app
