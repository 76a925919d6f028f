#include "parts/membership.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>
#include <utility>

namespace gpubench::parts {
namespace {

class Variables {
 public:
  explicit Variables(const std::vector<std::string>& environment) {
    for (const std::string& entry : environment) {
      const std::size_t equals = entry.find('=');
      if (equals != std::string::npos) values_.emplace(entry.substr(0, equals), entry.substr(equals + 1));
    }
  }
  [[nodiscard]] std::string text(const char* name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string() : found->second;
  }
  [[nodiscard]] std::optional<int> number(const char* name) const {
    const std::string value = text(name);
    int number = 0;
    const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (value.empty() || error != std::errc() || stop != value.data() + value.size() || number < 0) return std::nullopt;
    return number;
  }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

// A step that srun started: a batch script, an allocation's shell and a container of Slurm's own have numbers from the top.
bool is_slurm_step(const Variables& variables) {
  const auto step = variables.number("SLURM_STEP_ID");
  return step && variables.number("SLURM_PROCID") && !variables.text("SLURM_JOB_ID").empty();
}

std::string slurm_job(const Variables& variables) {
  const std::string cluster = variables.text("SLURM_CLUSTER_NAME");
  return "slurm-" + (cluster.empty() ? "" : cluster + "-") + variables.text("SLURM_JOB_ID");
}

std::string restart_of(const Variables& variables) {
  const int restarts = variables.number("SLURM_RESTART_COUNT").value_or(0);
  return restarts == 0 ? "" : "-r" + std::to_string(restarts);
}

int tasks_of_step(const Variables& variables) {
  return variables.number("SLURM_STEP_NUM_TASKS").value_or(variables.number("SLURM_NTASKS").value_or(1));
}

std::optional<int> tasks_on_this_node(const Variables& variables) {
  const std::vector<int> tasks = tasks_per_node(variables.text("SLURM_STEP_TASKS_PER_NODE"));
  const auto here = static_cast<std::size_t>(variables.number("SLURM_NODEID").value_or(0));
  return here < tasks.size() ? std::optional(tasks[here]) : std::nullopt;
}

// The scheduler's part of what a process knows; a launcher inside a step of Slurm has it as well.
void add_slurm_node(const Variables& variables, Membership& member) {
  if (!is_slurm_step(variables)) return;
  member.node_number = variables.number("SLURM_NODEID");
  member.nodes = variables.number("SLURM_NNODES");
  member.gpus_allocated = variables.number("SLURM_GPUS_ON_NODE");
  if (const std::string node = variables.text("SLURMD_NODENAME"); !node.empty()) member.node = node;
}

std::optional<Membership> slurm_member(const Variables& variables) {
  if (!is_slurm_step(variables)) return std::nullopt;
  Membership member;
  member.launcher = "slurm";
  member.group = slurm_job(variables) + "-" + variables.text("SLURM_STEP_ID") + restart_of(variables);
  member.rank = *variables.number("SLURM_PROCID");
  member.local_rank = variables.number("SLURM_LOCALID").value_or(0);
  member.ranks = tasks_of_step(variables);
  add_slurm_node(variables, member);
  member.local_ranks = tasks_on_this_node(variables).value_or(1);
  return member;
}

// By the names of a launcher's variables.
struct Names {
  const char* launcher;
  const char* rank;
  const char* local_rank;
  const char* ranks;
  const char* local_ranks;  // empty: it has none
  const char* group;        // likewise
};

// How many processes the job has on this node. A step's tasks are the ranks only if there are as many of both: mpirun and
// torchrun have one task on a node, and start the ranks themselves.
int local_ranks_by(const Variables& variables, const Names& names, int ranks) {
  if (const auto said = variables.number(names.local_ranks)) return *said;
  const bool are_tasks = is_slurm_step(variables) && tasks_of_step(variables) == ranks;
  return (are_tasks ? tasks_on_this_node(variables) : std::nullopt).value_or(1);
}

std::optional<Membership> member_by(const Variables& variables, const Names& names) {
  const auto rank = variables.number(names.rank);
  const auto local_rank = variables.number(names.local_rank);
  if (!rank || !local_rank) return std::nullopt;
  Membership member;
  member.launcher = names.launcher;
  member.rank = *rank;
  member.local_rank = *local_rank;
  member.ranks = variables.number(names.ranks).value_or(1);
  member.local_ranks = local_ranks_by(variables, names, member.ranks);
  const std::string group = variables.text(names.group);  // "none": torchrun's without --rdzv-id
  if (!group.empty() && group != "none") member.group = member.launcher + "-" + group + restart_of(variables);
  add_slurm_node(variables, member);
  if (member.local_ranks == member.ranks) member.nodes = 1;
  return member;
}

// Of an array of jobs, which has one number.
std::string lsf_element(const Variables& variables) {
  const int index = variables.number("LSB_JOBINDEX").value_or(0);
  return index == 0 ? "" : "-" + std::to_string(index);
}

// MPICH and Intel MPI name no job of their own: the scheduler's step is it.
void add_schedulers_group(const Variables& variables, Membership& member) {
  if (!member.group.empty()) return;
  if (is_slurm_step(variables))
    member.group = slurm_job(variables) + "-" + variables.text("SLURM_STEP_ID") + restart_of(variables);
  else if (const std::string job = variables.text("PBS_JOBID"); !job.empty())
    member.group = "pbs-" + job;
  else if (const std::string lsf = variables.text("LSB_JOBID"); !lsf.empty())
    member.group = "lsf-" + lsf + lsf_element(variables);
}

// Flux says how many tasks and nodes there are, and spreads the ones evenly over the others. The fuller nodes' number is
// taken on all: who waits for one more loses some seconds, who does not wait misses that one's GPUs.
std::optional<Membership> flux_member(const Variables& variables) {
  auto member = member_by(variables, {"flux", "FLUX_TASK_RANK", "FLUX_TASK_LOCAL_ID", "FLUX_JOB_SIZE", "", "FLUX_JOB_ID"});
  const int nodes = variables.number("FLUX_JOB_NNODES").value_or(0);
  if (!member || nodes == 0) return member;
  member->nodes = nodes;
  member->local_ranks = member->ranks / nodes + (member->ranks % nodes == 0 ? 0 : 1);
  return member;
}

// Those inside a step of Slurm come before it: their ranks have the variables of the launcher's daemon too.
std::optional<Membership> launchers_member(const Variables& variables) {
  constexpr std::array<Names, 3> kLaunchers{{
      {"openmpi", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE",
       "PMIX_NAMESPACE"},
      {"mpich", "PMI_RANK", "MPI_LOCALRANKID", "PMI_SIZE", "MPI_LOCALNRANKS", ""},
      {"torchrun", "RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "TORCHELASTIC_RUN_ID"},
  }};
  for (const Names& names : kLaunchers)
    if (auto member = member_by(variables, names)) return member;
  if (auto member = slurm_member(variables)) return member;
  return flux_member(variables);
}

void add_named(const Variables& variables, const Named& named, Membership& member) {
  if (named.group) member.group = *named.group + restart_of(variables);
  if (named.rank) member.rank = *named.rank;
  if (named.ranks) member.ranks = *named.ranks;
}

// torchrun starts all ranks again where one has failed: as a job that is requeued, that is another. But each node counts
// its own failures, so on several nodes the count is no name.
void add_restart(const Variables& variables, Membership& member) {
  if (member.launcher != "torchrun" || member.group.empty()) return;
  const int restarts = variables.number("TORCHELASTIC_RESTART_COUNT").value_or(0);
  member.may_start_again = member.nodes != 1;
  if (restarts > 0 && !member.may_start_again) member.group += "-t" + std::to_string(restarts);
}

}  // namespace

std::vector<int> tasks_per_node(const std::string& text) {
  std::vector<int> tasks;
  const char* at = text.data();
  const char* const end = at + text.size();
  constexpr int kMost = 1 << 20;
  while (at < end) {
    int count = 0;
    int times = 1;
    auto read = std::from_chars(at, end, count);
    if (read.ec != std::errc() || count < 0) return {};
    at = read.ptr;
    if (std::string_view(at, static_cast<std::size_t>(end - at)).starts_with("(x")) {
      read = std::from_chars(at + 2, end, times);
      if (read.ec != std::errc() || times < 1 || times > kMost || read.ptr == end || *read.ptr != ')') return {};
      at = read.ptr + 1;
    }
    tasks.insert(tasks.end(), static_cast<std::size_t>(times), count);
    if (at == end) break;
    if (*at != ',') return {};
    ++at;
  }
  return tasks;
}

base::Result<std::optional<Membership>> find_membership(const std::vector<std::string>& environment, const Named& named,
                                                        const std::string& host) {
  const Variables variables(environment);
  auto member = launchers_member(variables);
  if (!member && !named.group) return std::optional<Membership>();
  if (!member) {
    member.emplace();
    member->launcher = "--group";
  }
  if (member->node.empty()) member->node = host;
  add_schedulers_group(variables, *member);
  add_named(variables, named, *member);
  add_restart(variables, *member);
  if (member->ranks <= 1 && !named.group) return std::optional<Membership>();
  if (member->rank >= member->ranks)
    return base::failure(
        "rank " + std::to_string(member->rank) + " of " + std::to_string(member->ranks) + " ranks does not exist",
        "count --rank from 0, and give --ranks");
  if (member->group.empty())
    return base::failure(member->launcher + " does not name its job, so its processes cannot be put together",
                         "give each of them the same --group NAME; or --alone, if each is a benchmark by itself");
  return member;
}

int nodes_left_out(const std::vector<std::string>& environment) {
  const Variables variables(environment);
  if (is_slurm_step(variables) || variables.text("SLURM_JOB_ID").empty()) return 0;
  return std::max(variables.number("SLURM_JOB_NUM_NODES").value_or(1) - 1, 0);
}

}  // namespace gpubench::parts
