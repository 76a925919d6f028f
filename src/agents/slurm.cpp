#include "agents/slurm.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <utility>

#include "agents/hostlist.h"
#include "base/environment.h"
#include "base/words.h"
#include "platform/child_process.h"

namespace gpubench::agents {
namespace {

constexpr base::Duration kSlurmPatience = std::chrono::seconds(5);

// What follows "KEY=" in a line of words; empty: it is not there.
std::string_view word_after(std::string_view line, std::string_view key) {
  for (const std::string_view word : base::split(line, ' '))
    if (word.starts_with(key)) return word.substr(key.size());
  return {};
}

// "0-3,7": 5.
int count_of_indices(std::string_view text) {
  int count = 0;
  for (const std::string_view range : base::split(text, ',')) {
    int first = 0;
    const auto [at, error] = std::from_chars(range.data(), range.data() + range.size(), first);
    if (error != std::errc()) return 0;
    int last = first;
    const auto length = static_cast<std::size_t>(at - range.data());
    if (length < range.size() && range[length] == '-')
      std::from_chars(range.data() + length + 1, range.data() + range.size(), last);
    constexpr int kMost = 1024;
    if (last < first || last - first > kMost) return 0;
    count += last - first + 1;
  }
  return count;
}

// "gpu:h200:3(IDX:0-2),gpu:a100:1(IDX:5),nic:1(IDX:0)": 4.
int gpus_in(std::string_view gres) {
  constexpr std::string_view kIndices = "(IDX:";
  int count = 0;
  while (!gres.empty()) {
    const std::size_t open = gres.find(kIndices);
    const std::size_t close = gres.find(')', open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    const std::string_view name = gres.substr(0, open);
    if (name.starts_with("gpu:") || name.starts_with(",gpu:"))
      count += count_of_indices(gres.substr(open + kIndices.size(), close - open - kIndices.size()));
    gres.remove_prefix(close + 1);
  }
  return count;
}

bool is_step_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Empty: it could not be run, failed, or took too long.
std::optional<std::string> answer_of(std::vector<std::string> words) {
  platform::ChildRequest request;
  request.argv = std::move(words);
  request.timeout = kSlurmPatience;
  const auto outcome = platform::run_child(request);
  return outcome && outcome->exit_code == 0 ? std::optional(outcome->output) : std::nullopt;
}

// Where no answer says as little as an empty one.
std::string output_of(std::vector<std::string> words) {
  return answer_of(std::move(words)).value_or("");
}

// What shapes a step: GPUs, tasks, processors, memory, and how srun treats streams and ends.
constexpr std::array<std::string_view, 34> kShapes{"SLURM_GPUS",
                                                   "SLURM_GPUS_PER_NODE",
                                                   "SLURM_GPUS_PER_TASK",
                                                   "SLURM_GPUS_PER_SOCKET",
                                                   "SLURM_GPU_BIND",
                                                   "SLURM_TRES_PER_TASK",
                                                   "SLURM_TRES_BIND",
                                                   "SLURM_NTASKS",
                                                   "SLURM_NPROCS",
                                                   "SLURM_NTASKS_PER_NODE",
                                                   "SLURM_NTASKS_PER_GPU",
                                                   "SLURM_NTASKS_PER_CORE",
                                                   "SLURM_NTASKS_PER_SOCKET",
                                                   "SLURM_CPUS_PER_TASK",
                                                   "SLURM_CPUS_PER_GPU",
                                                   "SLURM_MEM_PER_CPU",
                                                   "SLURM_MEM_PER_GPU",
                                                   "SLURM_MEM_PER_NODE",
                                                   "SLURM_CPU_BIND",
                                                   "SLURM_MEM_BIND",
                                                   "SLURM_DISTRIBUTION",
                                                   "SLURM_HINT",
                                                   "SLURM_THREADS_PER_CORE",
                                                   "SLURM_EXACT",
                                                   "SLURM_EXCLUSIVE",
                                                   "SLURM_LABELIO",
                                                   "SLURM_STDINMODE",
                                                   "SLURM_STDOUTMODE",
                                                   "SLURM_STDERRMODE",
                                                   "SLURM_KILL_BAD_EXIT",
                                                   "SLURM_WAIT",
                                                   "SLURM_MULTI_PROG",
                                                   "SLURM_TASK_PROLOG",
                                                   "SLURM_TASK_EPILOG"};

}  // namespace

base::Result<Allocation> allocation_in(const std::vector<std::string>& environment) {
  const auto variable = [&](const char* name) { return base::variable_of(environment, name); };
  Allocation allocation{variable("SLURM_JOB_ID"), nodes_in(variable("SLURM_JOB_NODELIST"))};
  if (!is_step_number(allocation.job))
    return base::failure(
        "--nodes slurm needs a job of Slurm, and this is none",
        "put the line into a batch script (sbatch), or get nodes first: salloc --nodes=2 --gpus-per-node=4");
  const std::string step = variable("SLURM_STEP_ID");
  constexpr std::size_t kDigitsOfSlurmsOwn = 10;  // 4294967290 and more: an interactive shell
  if (is_step_number(step) && step.size() < kDigitsOfSlurmsOwn)
    return base::failure("--nodes slurm is inside a step that srun started: it starts srun itself",
                         "leave out the srun in front of iris-gpubench");
  if (allocation.nodes.empty())
    return base::failure("the job " + allocation.job + " does not say which nodes it has (SLURM_JOB_NODELIST)",
                         "start it in a batch script, or in the shell of salloc");
  return allocation;
}

std::map<std::string, int> gpus_by_node(std::string_view scontrol) {
  std::map<std::string, int> gpus;
  for (const std::string_view line : base::split(scontrol, '\n')) {
    const std::string_view nodes = word_after(line, "Nodes=");
    if (nodes.empty() || word_after(line, "CPU_IDs=").empty()) continue;
    for (const std::string& node : nodes_in(nodes)) gpus[node] = gpus_in(word_after(line, "GRES="));
  }
  return gpus;
}

std::vector<std::string> agents_step(const Allocation& allocation, const std::map<std::string, int>& gpus,
                                     const std::vector<std::string>& program) {
  const std::string count = std::to_string(allocation.nodes.size());
  std::vector<std::string> words{"srun",
                                 "--overlap",
                                 "--no-kill",
                                 "--kill-on-bad-exit=0",
                                 "--mpi=none",
                                 "--input=all",
                                 "--export=ALL",
                                 "--wait=0",
                                 "--nodes=" + count,
                                 "--ntasks=" + count,
                                 "--ntasks-per-node=1",
                                 "--cpus-per-task=1",
                                 "--mem=0",
                                 "--gpu-bind=none"};
  // All nodes of a step get the same number: where they have more, these stay hidden.
  const auto least = std::min_element(gpus.begin(), gpus.end(), [](auto& a, auto& b) { return a.second < b.second; });
  if (least != gpus.end() && least->second > 0) words.push_back("--gpus-per-node=" + std::to_string(least->second));
  words.insert(words.end(), program.begin(), program.end());
  return words;
}

std::vector<std::string> environment_of_step(std::vector<std::string> environment) {
  std::erase_if(environment, [](const std::string& entry) {
    return std::find(kShapes.begin(), kShapes.end(), std::string_view(entry).substr(0, entry.find('='))) != kShapes.end();
  });
  return environment;
}

std::map<std::string, int> SlurmJob::gpus() const {
  return gpus_by_node(output_of({"scontrol", "-d", "show", "job", job_}));
}

std::optional<std::set<std::string>> SlurmJob::steps() const {
  const auto squeue = answer_of({"squeue", "--noheader", "--steps", "--jobs=" + job_, "--format=%i"});
  return squeue ? std::optional(steps_in(*squeue)) : std::nullopt;
}

void signal_step(const std::string& step, const char* name) {
  static_cast<void>(output_of({"scancel", std::string("--signal=") + name, step}));
}

bool is_lost(const std::string& node) {
  return says_lost(output_of({"scontrol", "-o", "show", "node", node}));
}

std::set<std::string> steps_in(std::string_view squeue) {
  std::set<std::string> steps;
  for (const std::string_view line : base::split(squeue, '\n')) {
    const std::size_t dot = line.find('.');
    if (dot != std::string_view::npos && is_step_number(line.substr(dot + 1))) steps.emplace(line);
  }
  return steps;
}

bool says_lost(std::string_view scontrol) {
  const std::string_view state = word_after(scontrol, "State=");
  return state.find('*') != std::string_view::npos || state.find("DOWN") != std::string_view::npos ||
         state.find("NOT_RESPONDING") != std::string_view::npos || state.find("FAIL") != std::string_view::npos;
}

}  // namespace gpubench::agents
