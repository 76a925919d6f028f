#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "cli/names.h"
#include "cli/run_options.h"

namespace gpubench::cli {
namespace {

// An option that is not handed on.
struct KeptOption {
  std::string_view name;
  bool is_flag;
  const char* remedy;  // why it cannot be typed; null: it counts here
};

constexpr const char* kNoSet = "make the set on that machine (ssh HOST iris-gpubench ...), or repeat this line and compare";
constexpr const char* kNoGroup = "give --host once for each machine: their runs are parts of one record";
constexpr const char* kExportLater = "leave it out; iris-gpubench export RUN sends the fetched run from here";
constexpr std::array kKept{
    KeptOption{"--host", false, nullptr},
    KeptOption{"--remote_program", false, nullptr},
    KeptOption{"--results_dir", false, nullptr},
    KeptOption{"--quiet", true, nullptr},
    KeptOption{"--verbose", true, nullptr},
    KeptOption{"--live_style", false, nullptr},
    KeptOption{"--no_live_monitor", true, nullptr},
    KeptOption{"--live_plot", true, "leave it out; the plot is made at the end"},
    KeptOption{"--ready_fd", false, "leave it out"},
    KeptOption{"--record_trace", false, "record the trace on that machine: ssh HOST iris-gpubench --record-trace FILE ..."},
    KeptOption{"--benchmark_file", false, "give --benchmark-image once for each container"},
    KeptOption{"--serve", false, "start it on that machine: ssh HOST iris-gpubench --serve PORT ..."},
    KeptOption{"--export_to_victoria", true, kExportLater},
    KeptOption{"--runs", false, kNoSet},
    KeptOption{"--warmup", false, kNoSet},
    KeptOption{"--pause", false, kNoSet},
    KeptOption{"--until", false, kNoSet},
    KeptOption{"--max_runs", false, kNoSet},
    KeptOption{"--start_at", false, kNoSet},
    KeptOption{"--against", false, kNoSet},
    KeptOption{"--against_image", false, kNoSet},
    KeptOption{"--parameter", false, kNoSet},
    KeptOption{"--seed", false, kNoSet},
    KeptOption{"--keep_going", true, kNoSet},
    KeptOption{"--resume", false, kNoSet},
    KeptOption{"--group", false, kNoGroup},
    KeptOption{"--rank", false, kNoGroup},
    KeptOption{"--ranks", false, kNoGroup},
    KeptOption{"--alone", true, kNoGroup},
    KeptOption{"--merge_wait", false, kNoGroup},
    KeptOption{"--nodes", false, "leave out one of them: --nodes is for the nodes of this job, --host for other machines"},
};

constexpr const char* kNoSetOfJobs = "leave it out; repeat the line in the batch script, and compare the records";
constexpr const char* kOneRecord = "leave it out: --nodes makes one record of all nodes";
constexpr const char* kNoMachine = "leave out one of them: --nodes is for the nodes of this job, --host for other machines";
constexpr const char* kCommandOnly =
    "give the launcher's command line: iris-gpubench --nodes slurm -- srun PROGRAM; that may start containers";
constexpr std::array kOfTheHead{
    KeptOption{"--nodes", false, nullptr},
    KeptOption{"--group", false, nullptr},
    KeptOption{"--results_dir", false, nullptr},
    KeptOption{"--merge_wait", false, nullptr},
    KeptOption{"--timeout", false, nullptr},
    KeptOption{"--quiet", true, nullptr},
    KeptOption{"--verbose", true, nullptr},
    KeptOption{"--live_style", false, nullptr},
    KeptOption{"--no_live_monitor", true, nullptr},
    KeptOption{"--monitor_benchmark_logs", true, nullptr},
    KeptOption{"--color", false, nullptr},
    KeptOption{"--ready_fd", false, nullptr},
    KeptOption{"--nvidia_nsights", true, nullptr},
    KeptOption{"--log_phases", false, nullptr},
    KeptOption{"--phase_regex", false, nullptr},
    KeptOption{"--nvtx", false, nullptr},
    KeptOption{"--marks_client", true, nullptr},
    KeptOption{"--log_cap", false, nullptr},
    KeptOption{"--score_regex", false, nullptr},
    KeptOption{"--rank", false, kOneRecord},
    KeptOption{"--ranks", false, kOneRecord},
    KeptOption{"--alone", true, kOneRecord},
    KeptOption{"--host", false, kNoMachine},
    KeptOption{"--remote_program", false, kNoMachine},
    KeptOption{"--live_plot", true, "leave it out; each node's plot is made at the end"},
    KeptOption{"--serve", false, "leave it out: each node would need a port of its own"},
    KeptOption{"--record_trace", false, "record a trace on one node: srun -N1 -n1 iris-gpubench --record-trace FILE ..."},
    KeptOption{"--gpus", false, "say it to Slurm: the GPUs of the job are measured (salloc --gpus-per-node)"},
    KeptOption{"--benchmark_image", false, kCommandOnly},
    KeptOption{"--benchmark_file", false, kCommandOnly},
    KeptOption{"--in_turn", true, kCommandOnly},
    KeptOption{"--runs", false, kNoSetOfJobs},
    KeptOption{"--warmup", false, kNoSetOfJobs},
    KeptOption{"--pause", false, kNoSetOfJobs},
    KeptOption{"--until", false, kNoSetOfJobs},
    KeptOption{"--max_runs", false, kNoSetOfJobs},
    KeptOption{"--start_at", false, kNoSetOfJobs},
    KeptOption{"--against", false, kNoSetOfJobs},
    KeptOption{"--against_image", false, kNoSetOfJobs},
    KeptOption{"--parameter", false, kNoSetOfJobs},
    KeptOption{"--seed", false, kNoSetOfJobs},
    KeptOption{"--keep_going", true, kNoSetOfJobs},
    KeptOption{"--resume", false, kNoSetOfJobs},
};

// The words up to "--", less those kept. An error: one was typed that cannot be used together with `with`.
base::Result<std::vector<std::string>> handed_words(const Parsed& line, std::span<const KeptOption> kept,
                                                    const std::string& with) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < line.own.size(); ++i) {
    const auto option =
        std::find_if(kept.begin(), kept.end(), [&](const KeptOption& one) { return one.name == line.own[i]; });
    if (option == kept.end()) {
      words.push_back(line.own[i]);
      continue;
    }
    if (option->remedy != nullptr && line.types(option->name))
      return base::failure(hyphenated(std::string(option->name)) + " and " + with + " cannot be used together",
                           option->remedy);
    if (!option->is_flag) ++i;
  }
  return words;
}

}  // namespace

std::vector<Option> host_options(HostLine& line) {
  return {
      {"--host", "HOST",
       "Run there, by your own ssh (HOST, USER@HOST, a Host of ~/.ssh/config), and fetch the results.\n"
       "Repeat it: on each, side by side, as one record",
       texts(line.hosts)},
      {"--remote_program", "PATH", "The iris-gpubench on that machine; default: this one, which is copied there once",
       text(line.remote_program)},
  };
}

base::Result<void> check_hosts(const HostLine& line) {
  if (line.hosts.empty() && !line.remote_program.empty())
    return base::failure("--remote-program is for --host", "add --host HOST");
  for (const std::string& host : line.hosts)
    if (std::count(line.hosts.begin(), line.hosts.end(), host) > 1)
      return base::failure("--host " + host + " was given more than once", "give each host once");
  return {};
}

base::Result<std::vector<std::string>> words_for_hosts(const Parsed& line) {
  return handed_words(line, kKept, "--host");
}

Option nodes_option(std::string& launcher) {
  return {"--nodes", "slurm",
          "In a batch script or the shell of salloc: measure all nodes of the job while this one command\n"
          "runs (-- srun PROGRAM), and make one record",
          choice(launcher, Choices<std::string>{{"slurm", "slurm"}})};
}

base::Result<std::vector<std::string>> words_for_agents(const Parsed& line) {
  return handed_words(line, kOfTheHead, "--nodes");
}

base::Result<void> check_attached_to_host(const Parsed& line) {
  constexpr std::array<std::string_view, 3> kCount{"--results_dir", "--quiet", "--verbose"};
  for (std::size_t i = line.preset; i < line.own.size(); ++i) {
    const std::string& word = line.own[i];
    if (word.starts_with("--") && std::find(kCount.begin(), kCount.end(), word) == kCount.end())
      return base::failure(hyphenated(word) + " is not for a run on another machine, which goes on as it was started",
                           "leave it out; --results-dir, --quiet and --verbose count");
  }
  return {};
}

}  // namespace gpubench::cli
