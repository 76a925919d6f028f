// Environments as lists of "NAME=value".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gpubench::base {

// The value of NAME, of several the first as getenv has it; empty also if there is none.
std::string variable_of(const std::vector<std::string>& environment, std::string_view name);

}  // namespace gpubench::base
