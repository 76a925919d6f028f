// A workload that is one rank of several on this node: it starts with the others, and lasts until the last of them has
// ended.
#pragma once

#include <memory>

#include "ranks/company.h"
#include "workload/workload.h"

namespace gpubench::ranks {

// What the wait for the others depends on. `interrupt_fd`: readable, the wait ends, and the signal stays in its queue.
struct Waiting {
  base::Duration idle_roll{};  // the leader measures the idle GPUs for so long before it may start
  int interrupt_fd = -1;
};

// A member waits longer than the leader, which may still wait for a late rank and measure the idle GPUs.
void wait_for_go(Company& company, const Waiting& waiting);

// `company` must outlive it.
std::unique_ptr<workload::Workload> make_ranked_workload(std::unique_ptr<workload::Workload> inner, int rank,
                                                         Company& company, const Waiting& waiting);

}  // namespace gpubench::ranks
