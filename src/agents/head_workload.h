// The benchmark as the head runs it: the agents know of its start and end, and its steps of Slurm end before srun.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agents/crew.h"
#include "agents/slurm.h"
#include "workload/workload.h"

namespace gpubench::agents {

// What became of the nodes while the benchmark ran.
struct Losses {
  std::vector<std::string> nodes = {};   // Slurm takes them for lost
  std::vector<std::string> agents = {};  // nodes whose agent does not answer; these are not lost
};

struct HeadPlan {
  Crew& crew;
  const SlurmJob& job;
  base::Duration stop_grace;  // from SIGTERM to SIGKILL of its steps
  int interrupt_fd;           // readable: the agents are waited for no more
  Losses& losses;             // is filled at the end
};

// All that the plan names must outlive it.
std::unique_ptr<workload::Workload> make_head_workload(std::unique_ptr<workload::Workload> command, const HeadPlan& plan,
                                                       const platform::Clock& clock);

}  // namespace gpubench::agents
