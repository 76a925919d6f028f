// How an error is shown to the user.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gpubench::cli {

// A text of any source for the terminal: its lines, with spaces for control characters.
std::string printable(std::string_view text);

// Says on standard error what is wrong and what can be done; returns `exit_code`.
int complain(const base::Error& error, int exit_code);

}  // namespace gpubench::cli
