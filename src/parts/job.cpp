#include "parts/job.h"

#include <algorithm>

namespace gpubench::parts {

bool Job::is_complete() const {
  const auto missing = [](std::optional<int> expected, std::size_t seen) {
    return expected && static_cast<std::size_t>(std::max(*expected, 0)) > seen;
  };
  return !missing(nodes_expected, nodes.size()) && !missing(ranks_expected, ranks.size());
}

const PartFigures* Job::head() const {
  const auto found = std::find_if(parts.begin(), parts.end(), [](const PartFigures& part) { return part.part.head; });
  return found == parts.end() ? nullptr : &*found;
}

std::vector<std::string> Job::nodes_cut_short() const {
  std::vector<std::string> nodes_of_these;
  for (const PartFigures& part : parts)
    if (part.part.agent && !part.part.ended) nodes_of_these.push_back(part.part.node);
  return nodes_of_these;
}

}  // namespace gpubench::parts
