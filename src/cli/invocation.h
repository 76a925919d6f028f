// The tool's own command line, as it can be shown and typed again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gpubench::cli {

// One argument, quoted for a shell where that is needed.
std::string shell_quoted(const std::string& argument);

// `own`: options by their full names, each value an argument of its own; `arguments`: what came after "--". Quoted for a
// shell. The values of the options `secrets`, which are NAME=VALUE, are left out.
std::string invocation_text(const std::vector<std::string>& own, const std::vector<std::string>& arguments,
                            const std::vector<std::string>& secrets);

// The words of such a text, without the program's name. An error: it is not whole, or a value was left out of it.
base::Result<std::vector<std::string>> parse_invocation(std::string_view text);

}  // namespace gpubench::cli
