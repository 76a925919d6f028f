// A job of Slurm around which this program is: its nodes and GPUs, the step of the agents, and the steps of the benchmark.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gpubench::agents {

struct Allocation {
  std::string job;
  std::vector<std::string> nodes;
};
// The job in whose batch script or shell this process is, by its environment ("NAME=value"). An error: it is in none, or in
// a step of one.
base::Result<Allocation> allocation_in(const std::vector<std::string>& environment);

// How many GPUs the job has on each node, by the output of "scontrol -d show job". Empty: that does not say.
std::map<std::string, int> gpus_by_node(std::string_view scontrol);

// The command line that starts `program` once on each node, beside whatever runs there.
std::vector<std::string> agents_step(const Allocation& allocation, const std::map<std::string, int>& gpus,
                                     const std::vector<std::string>& program);
// Without the variables by which the job's own options would shape that step.
std::vector<std::string> environment_of_step(std::vector<std::string> environment);

// Slurm's own programs, each with a time limit. What they do not answer is not known.
class SlurmJob {
 public:
  explicit SlurmJob(std::string job) : job_(std::move(job)) {}
  [[nodiscard]] std::map<std::string, int> gpus() const;
  // The steps that run: "12.0". Empty: Slurm does not say.
  [[nodiscard]] std::optional<std::set<std::string>> steps() const;

 private:
  std::string job_;
};

// To all tasks of the step: "TERM".
void signal_step(const std::string& step, const char* name);
// Whether Slurm takes the node for lost.
bool is_lost(const std::string& node);

// The steps that srun started, by what squeue prints, a line each: not those of Slurm itself ("12.batch").
std::set<std::string> steps_in(std::string_view squeue);
// By "scontrol -o show node NODE".
bool says_lost(std::string_view scontrol);

}  // namespace gpubench::agents
