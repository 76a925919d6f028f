#include "run/environment.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "base/environment.h"
#include "base/text.h"
#include "platform/child_process.h"
#include "platform/process.h"

namespace gpubench::run {
namespace {

constexpr std::size_t kLongestFact = 200;  // characters
constexpr int kMostLines = 1000;

class Facts {
 public:
  void add(const char* name, const std::string& value) {
    if (const std::string text = base::one_line(base::trimmed(value), kLongestFact); !text.empty())
      list_.push_back({name, text});
  }
  std::vector<record::EnvironmentFact> take() { return std::move(list_); }

 private:
  std::vector<record::EnvironmentFact> list_;
};

// What follows `key` and a separator on its first line of a file; empty: no such line.
std::string value_in(const char* file, std::string_view key, char separator) {
  std::ifstream in(file);
  std::string line;
  for (int count = 0; count < kMostLines && std::getline(in, line); ++count) {
    if (!line.starts_with(key)) continue;
    const std::size_t at = line.find(separator);
    if (at == std::string::npos || base::trimmed(std::string_view(line).substr(0, at)) != key) continue;
    std::string value(base::trimmed(std::string_view(line).substr(at + 1)));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

void add_system(Facts& facts) {
  facts.add("operating_system", value_in("/etc/os-release", "PRETTY_NAME", '='));
  utsname kernel{};
  if (uname(&kernel) == 0) {
    facts.add("kernel", std::string(kernel.sysname) + " " + kernel.release);
    facts.add("architecture", kernel.machine);
  }
  facts.add("processor", value_in("/proc/cpuinfo", "model name", ':'));
  if (const long cores = sysconf(_SC_NPROCESSORS_ONLN); cores > 0) facts.add("processor_threads", std::to_string(cores));
  facts.add("memory", value_in("/proc/meminfo", "MemTotal", ':'));
  if (const auto self = platform::look_at_process(platform::own_process_id())) facts.add("control_group", self->cgroup);
}

// The job that the run is part of, by its batch system.
void add_batch_job(Facts& facts, const std::vector<std::string>& variables) {
  struct System {
    const char* name;
    const char* job;
    const char* partition;
  };
  constexpr std::array<System, 5> systems{{{"Slurm", "SLURM_JOB_ID", "SLURM_JOB_PARTITION"},
                                           {"PBS", "PBS_JOBID", "PBS_QUEUE"},
                                           {"LSF", "LSB_JOBID", "LSB_QUEUE"},
                                           {"Grid Engine", "SGE_TASK_ID", "QUEUE"},
                                           {"Flux", "FLUX_JOB_ID", "FLUX_JOB_QUEUE"}}};
  for (const System& system : systems) {
    const std::string job = base::variable_of(variables, system.job);
    if (job.empty()) continue;
    facts.add("batch_system", system.name);
    facts.add("batch_job", job);
    facts.add("batch_queue", base::variable_of(variables, system.partition));
    return;
  }
}

std::optional<std::string> git(std::vector<std::string> arguments) {
  platform::ChildRequest request;
  request.argv = {"git", "--no-optional-locks"};
  request.argv.insert(request.argv.end(), arguments.begin(), arguments.end());
  request.timeout = std::chrono::seconds(1);
  const auto outcome = platform::run_child(request);
  if (!outcome || outcome->exit_code != 0) return std::nullopt;
  return outcome->output;
}

void add_git(Facts& facts) {
  const auto commit = git({"rev-parse", "HEAD"});
  if (!commit) return;
  facts.add("git_commit", *commit);
  if (const auto changes = git({"status", "--porcelain", "--untracked-files=no"}))
    facts.add("git_changes", changes->empty() ? "none" : "there are uncommitted changes");
}

}  // namespace

std::vector<record::EnvironmentFact> machine_environment(const std::vector<std::string>& variables) {
  Facts facts;
  add_system(facts);
  add_batch_job(facts, variables);
  add_git(facts);
  return facts.take();
}

}  // namespace gpubench::run
