#include "beside/slurm.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/environment.h"
#include "base/text.h"
#include "base/words.h"
#include "platform/child_process.h"

namespace gpubench::beside {
namespace {

constexpr base::Duration kPatience = std::chrono::seconds(3);
constexpr base::Duration kClocksApart = std::chrono::minutes(1);  // at most, of the node and of Slurm's controller
constexpr int kNotFound = 127;                                    // of env
constexpr std::size_t kLongestWords = 200;

// Steps from there on are Slurm's own: batch scripts, allocations' shells.
constexpr std::uint64_t kFirstOwnStep = 0xFFFFFFF0;

using base::number_in;
using base::split;

// The accounting's numbers for "no value", of 32 and 64 bits.
bool is_no_value(double number) {
  constexpr double kNoValue = 4294967294.0;
  constexpr double kNoValue64 = 18446744073709551614.0;
  return number == kNoValue || number == kNoValue + 1 || number >= kNoValue64;
}

// "12345", "12.50K", "1.20M": joules, whose thousands are 1000.
std::optional<base::Energy> joules_in(std::string_view text) {
  if (text.empty()) return std::nullopt;
  constexpr std::string_view kThousands = "KMGTPE";
  double factor = 1;
  if (const std::size_t place = kThousands.find(text.back()); place != std::string_view::npos) {
    factor = std::pow(1000.0, static_cast<double>(place + 1));
    text.remove_suffix(1);
  }
  const auto number = number_in<double>(text);
  if (!number || !std::isfinite(*number) || *number < 0 || is_no_value(*number)) return std::nullopt;
  return base::Energy::from_joules(*number * factor);
}

// The columns of Row, in its order.
constexpr const char* kColumns = "JobIDRaw,Cluster,Start,End,NNodes,ConsumedEnergyRaw,ConsumedEnergy";
struct Row {
  std::string id;
  std::string cluster;
  std::optional<base::WallTime> start;
  std::optional<base::WallTime> end;  // empty: not yet
  std::optional<int> nodes;
  std::optional<base::Energy> energy;
};

// Seconds since 1970; "Unknown", "None": empty.
std::optional<base::WallTime> time_in(std::string_view text) {
  constexpr std::int64_t kLatest = 1LL << 33;
  const auto seconds = number_in<std::int64_t>(text);
  if (!seconds || *seconds <= 0 || *seconds > kLatest) return std::nullopt;
  return base::WallTime(std::chrono::seconds(*seconds));
}

std::optional<Row> row_in(std::string_view line) {
  const auto cells = split(line, '|');
  constexpr std::size_t kCells = 7;
  if (cells.size() != kCells) return std::nullopt;
  Row row;
  row.id = cells[0];
  row.cluster = cells[1];
  row.start = time_in(cells[2]);
  row.end = time_in(cells[3]);
  row.nodes = number_in<int>(cells[4]);
  if (row.nodes == 0) row.nodes.reset();  // of a job that has not ended
  row.energy = joules_in(cells[5]);
  if (!row.energy) row.energy = joules_in(cells[6]);
  return row;
}

// Numbers are used again: by another cluster, by a job that was put back into the queue, in years by another job.
bool is_of(const Row& row, const SlurmStep& step, const Period& run) {
  if (row.id != step.id()) return false;
  if (!row.cluster.empty() && !step.cluster.empty() && row.cluster != step.cluster) return false;
  return (!row.start || *row.start <= run.end + kClocksApart) && (!row.end || *row.end >= run.start - kClocksApart);
}

std::string first_line(const std::string& text) {
  return base::one_line(base::trimmed(std::string_view(text).substr(0, text.find('\n'))), kLongestWords);
}

// The plugin that measures the nodes; empty: not known. "(null)" is how newer versions print none.
std::string plugin_of(SlurmPrograms& slurm) {
  const SlurmPrograms::Reply reply = slurm.configuration();
  if (!reply.found || !reply.trouble.empty() || reply.exit_code != 0) return {};
  for (const std::string_view line : split(reply.output, '\n')) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || base::trimmed(line.substr(0, equals)) != "AcctGatherEnergyType") continue;
    const std::string value = base::one_line(base::trimmed(line.substr(equals + 1)), kLongestWords);
    return value == "(null)" ? "acct_gather_energy/none" : value;
  }
  return {};
}

void say(SlurmEnergy& slurm, Accounted state, std::string why) {
  slurm.state = state;
  slurm.why = std::move(why);
}

void take_energy(SlurmEnergy& slurm, const std::optional<base::Energy>& energy) {
  if (energy && *energy > base::Energy()) {
    slurm.energy = energy;
    say(slurm, Accounted::measured, {});
  } else if (slurm.plugin.ends_with("/none")) {
    say(slurm, Accounted::unsupported, "this cluster's Slurm does not measure its nodes (AcctGatherEnergyType)");
  } else if (energy) {
    slurm.energy = energy;
    say(slurm, Accounted::zero, "0 J: it is unclear whether anything measures the nodes");
  } else {
    say(slurm, Accounted::missing, "the accounting has the step, but no energy of it");
  }
}

void take(SlurmEnergy& slurm, const Row& row, SlurmPrograms& programs) {
  slurm.start = row.start;
  slurm.end = row.end;
  slurm.nodes = row.nodes;
  if (!row.end) {
    say(slurm, Accounted::unfinished, "the step had not ended; its energy is in the accounting after that");
  } else {
    slurm.plugin = plugin_of(programs);
    take_energy(slurm, row.energy);
  }
}

SlurmEnergy ask(const SlurmStep& step, const Period& run, SlurmPrograms& programs) {
  SlurmEnergy slurm{step};
  slurm.why.clear();
  const SlurmPrograms::Reply reply = programs.sacct(
      {"--noheader", "--parsable2", "--duplicates", "--jobs=" + step.id(), std::string("--format=") + kColumns});
  if (!reply.found)
    say(slurm, Accounted::not_read, "there is no sacct in PATH");
  else if (!reply.trouble.empty())
    say(slurm, Accounted::not_read, "sacct: " + reply.trouble);
  else if (reply.error.find("accounting storage is disabled") != std::string::npos)
    say(slurm, Accounted::unsupported, "accounting is off on this cluster");
  else if (reply.exit_code != 0)
    say(slurm, Accounted::not_read, "sacct ended with " + std::to_string(reply.exit_code) + ": " + first_line(reply.error));
  if (!slurm.why.empty()) return slurm;
  for (const std::string_view line : split(reply.output, '\n'))
    if (const auto row = row_in(line); row && is_of(*row, step, run)) {
      take(slurm, *row, programs);
      return slurm;
    }
  say(slurm, Accounted::missing, "the accounting here does not have the step");
  return slurm;
}

}  // namespace

std::optional<SlurmStep> slurm_step_in(const std::vector<std::string>& environment) {
  SlurmStep step{base::variable_of(environment, "SLURM_CLUSTER_NAME"), base::variable_of(environment, "SLURM_JOB_ID"), {}};
  if (!number_in<std::uint64_t>(step.job)) return std::nullopt;
  const std::string number = base::variable_of(environment, "SLURM_STEP_ID");
  if (const auto known = number_in<std::uint64_t>(number); known && *known < kFirstOwnStep) step.step = number;
  return step;
}

SlurmPrograms::Reply InstalledSlurm::run(const std::vector<std::string>& words) {
  if (!trouble_.empty()) return {true, trouble_};
  platform::ChildRequest request;
  request.argv = {"env", "SLURM_TIME_FORMAT=%s", "LC_ALL=C"};
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  request.timeout = kPatience;
  request.max_output_bytes = std::size_t{1} << 20U;
  request.interrupt_fd = interrupt_fd_;
  const auto outcome = platform::run_child(request);
  if (!outcome) {
    trouble_ = outcome.error().error.message;
    return {true, trouble_};
  }
  return {outcome->exit_code != kNotFound, {}, outcome->exit_code, outcome->output, outcome->error};
}

SlurmPrograms::Reply InstalledSlurm::sacct(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"sacct"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run(words);
}

SlurmPrograms::Reply InstalledSlurm::configuration() {
  return run({"scontrol", "show", "config"});
}

SlurmEnergy ask_again(const SlurmEnergy& before, const Period& run, SlurmPrograms& slurm) {
  if (before.state == Accounted::measured) return before;
  const SlurmEnergy now = ask(before.of, run, slurm);
  const bool knew_more = now.state == Accounted::not_read && before.state != Accounted::not_read;
  return knew_more ? before : now;
}

base::Result<void> ask_again(const std::filesystem::path& folder, const Period& run, SlurmPrograms& slurm) {
  Beside beside = read_saved(folder);
  if (!beside.slurm) return {};
  beside.slurm = ask_again(*beside.slurm, run, slurm);
  return save(folder, beside);
}

}  // namespace gpubench::beside
