// Which process of which job this one is, by the variables that its launcher sets.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace gpubench::parts {

// What the user said, which comes first.
struct Named {
  std::optional<std::string> group = {};
  std::optional<int> rank = {};
  std::optional<int> ranks = {};
};

struct Membership {
  std::string launcher;  // "slurm"
  std::string group;     // the same for all processes of the job, and for no other job
  int rank = 0;
  int ranks = 1;
  int local_rank = 0;
  int local_ranks = 1;
  std::string node;
  std::optional<int> node_number = {};
  std::optional<int> nodes = {};
  std::optional<int> gpus_allocated = {};  // on this node
  bool may_start_again = false;            // the launcher may start the same rank again, under the same name
};

// `environment`: "NAME=value". `host`: this machine's name. Empty: one process by itself. An error: there are several, and
// what they have in common is not known.
base::Result<std::optional<Membership>> find_membership(const std::vector<std::string>& environment, const Named& named,
                                                        const std::string& host);

// A batch script on several nodes that runs this program without its launcher: how many nodes are not measured. 0: none.
int nodes_left_out(const std::vector<std::string>& environment);

// "5,1(x2)": 5, 1, 1. Empty: it is not understood.
std::vector<int> tasks_per_node(const std::string& text);

}  // namespace gpubench::parts
