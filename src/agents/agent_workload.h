// The benchmark as an agent knows it: the head says when it starts and ends.
#pragma once

#include <memory>

#include "agents/answering.h"
#include "workload/workload.h"

namespace gpubench::agents {

// `command`: the benchmark, which is described by it and never started here. The others must outlive it. `interrupt_fd`:
// readable, the wait for the start is given up.
std::unique_ptr<workload::Workload> make_agent_workload(std::unique_ptr<workload::Workload> command, Answering& head,
                                                        const platform::Clock& clock, int interrupt_fd);

}  // namespace gpubench::agents
