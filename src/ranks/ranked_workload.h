// A workload that is one rank of several on this node: it starts with the others, and lasts until the last of them has
// ended.
#pragma once

#include <memory>

#include "ranks/company.h"
#include "workload/workload.h"

namespace gpubench::ranks {

// `company` must outlive it. `interrupt_fd`: readable, the wait for the others is given up.
std::unique_ptr<workload::Workload> make_ranked_workload(std::unique_ptr<workload::Workload> inner, int rank,
                                                         Company& company, int interrupt_fd);

}  // namespace gpubench::ranks
