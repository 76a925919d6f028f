// Names of nodes as Slurm writes them in short.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gpubench::agents {

// "n[1-3,07],login": n1, n2, n3, n07, login. Empty: it is not understood.
std::vector<std::string> nodes_in(std::string_view list);

}  // namespace gpubench::agents
