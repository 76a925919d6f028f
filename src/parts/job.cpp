#include "parts/job.h"

#include <algorithm>
#include <set>
#include <string_view>

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

std::vector<std::string> Job::ranks_not_measured() const {
  std::set<std::string_view> measured;
  for (const PartFigures& part : parts)
    for (const Board& board : part.boards) measured.insert(board.uuid);
  std::vector<std::string> without;
  for (const RankAccount& rank : ranks) {
    const auto is_measured = [&](const std::string& uuid) { return measured.contains(uuid); };
    if (!std::all_of(rank.ran.boards.begin(), rank.ran.boards.end(), is_measured))
      without.push_back(std::to_string(rank.ran.rank) + " on " + rank.node);
  }
  return without;
}

}  // namespace gpubench::parts
