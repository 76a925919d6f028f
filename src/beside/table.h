// What stands beside the GPUs' energy, as a table.
#pragma once

#include <string>
#include <vector>

#include "beside/beside.h"

namespace gpubench::beside {

inline constexpr const char* kHeading = "Beside the GPUs' Energy (of whole nodes, in no total)";
inline constexpr const char* kRemark =
    "These figures are of whole nodes: processors, memory, the GPUs themselves, and whatever else ran there. Do not add "
    "them to the GPUs' energy.";

std::vector<std::string> headings();
std::vector<std::vector<std::string>> rows(const Beside& beside);
// Empty: there is nothing.
std::string table(const Beside& beside);

}  // namespace gpubench::beside
