#include "parts/job.h"

#include <algorithm>

namespace gpubench::parts {

bool Job::is_complete() const {
  const auto missing = [](std::optional<int> expected, std::size_t seen) {
    return expected && static_cast<std::size_t>(std::max(*expected, 0)) > seen;
  };
  return !missing(nodes_expected, nodes.size()) && !missing(ranks_expected, ranks.size());
}

}  // namespace gpubench::parts
