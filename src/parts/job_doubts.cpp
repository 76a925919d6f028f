#include "parts/job_doubts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "report/text.h"

namespace gpubench::parts {
namespace {

constexpr std::size_t kMostNames = 5;
constexpr base::Duration kLargestClockError = std::chrono::milliseconds(100);

std::string some_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) base::add_item(text, names[i], ", ");
  return names.size() > kMostNames ? fmt::format("{} and {} more", text, names.size() - kMostNames) : text;
}

std::string at_least(const Job& job) {
  const base::Energy known = job.known_energy.value_or(base::Energy());
  return fmt::format("The total is not available; it is at least {} J.",
                     report::rounded(known.joules(), job.interval.comparative.joules()));
}

// "2 of 3 nodes"
void add_missing(std::vector<Doubt>& doubts, const Job& job) {
  const auto short_of = [](std::optional<int> expected, std::size_t seen) {
    return expected && static_cast<std::size_t>(std::max(*expected, 0)) > seen;
  };
  if (short_of(job.nodes_expected, job.nodes.size()))
    doubts.push_back({"nodes_missing", fmt::format("Only {} of the job's {} nodes have figures. {}", job.nodes.size(),
                                                   *job.nodes_expected, at_least(job))});
  if (short_of(job.ranks_expected, job.ranks.size()))
    doubts.push_back({"ranks_missing", fmt::format("Only {} of the job's {} ranks were measured. {}", job.ranks.size(),
                                                   *job.ranks_expected, at_least(job))});
}

void add_parts_without_figures(std::vector<Doubt>& doubts, const Job& job, const std::vector<Missing>& missing) {
  for (const Missing& one : missing)
    doubts.push_back({"part_unknown", fmt::format("The part {} has no figures ({}). {}", one.part, one.why, at_least(job))});
}

void add_cut_short(std::vector<Doubt>& doubts, const Job& job) {
  const auto nodes = job.nodes_cut_short();
  if (!nodes.empty())
    doubts.push_back({"agent_lost", "The agent on " + some_of(nodes) +
                                        " ended before the benchmark did: the GPUs there were measured up to then only. " +
                                        at_least(job)});
}

void add_not_measured(std::vector<Doubt>& doubts, const Job& job) {
  const auto ranks = job.ranks_not_measured();
  if (!ranks.empty())
    doubts.push_back(
        {"gpus_not_measured",
         "Nobody measured the GPUs of these ranks, which most likely came after the benchmark on their node had "
         "started: " +
             some_of(ranks) + ". " + at_least(job)});
}

void add_hidden(std::vector<Doubt>& doubts, const Job& job) {
  for (const NodeAccount& node : job.nodes)
    if (node.gpus_allocated && static_cast<std::size_t>(std::max(*node.gpus_allocated, 0)) > node.boards)
      doubts.push_back({"gpus_hidden", fmt::format("On {} the job has {} GPUs, and {} could be seen: the others are not "
                                                   "measured.",
                                                   node.node, *node.gpus_allocated, node.boards)});
}

void add_clocks(std::vector<Doubt>& doubts, const Job& job) {
  if (job.nodes.size() < 2) return;
  std::vector<std::string> names;
  for (const NodeAccount& node : job.nodes)
    if (node.clock && !node.clock_offset && (!node.clock->synchronised || node.clock->largest_error > kLargestClockError))
      names.push_back(node.node);
  if (!names.empty())
    doubts.push_back(
        {"clocks_unsynchronised",
         "The clock of " + some_of(names) +
             " may be off by more than 100 ms: the time that nodes wait for each other is unclear. The energy of "
             "each node is not affected."});
}

void add_offsets(std::vector<Doubt>& doubts, const Job& job) {
  std::vector<std::string> names;
  for (const NodeAccount& node : job.nodes) {
    const auto& clock = node.clock_offset;
    if (clock && (clock->bound > kLargestClockError || std::chrono::abs(clock->change) > kLargestClockError))
      names.push_back(node.node);
  }
  if (!names.empty())
    doubts.push_back({"clock_offset_unclear",
                      "How the clock of " + some_of(names) +
                          " differs from that of the machine where the benchmark was started is not known within 100 ms, or "
                          "changed by more than that: the benchmark's start and end may be misplaced there."});
}

void add_those_of_parts(std::vector<Doubt>& doubts, const Job& job) {
  std::map<Doubt, std::vector<std::string>> nodes;
  std::vector<const Doubt*> order;
  const bool has_head = job.head() != nullptr;
  for (const PartFigures& part : job.parts)
    for (const Doubt& doubt : part.doubts) {
      if (has_head && part.part.agent && doubt.name == "workload_failed") continue;  // the head says why
      const auto [entry, is_new] = nodes.try_emplace(doubt);
      if (is_new) order.push_back(&entry->first);
      auto& names = entry->second;
      const bool is_new_node = std::find(names.begin(), names.end(), part.part.node) == names.end();
      if (is_new_node && (names.empty() || !part.part.head)) names.push_back(part.part.node);
    }
  for (const Doubt* const doubt : order) {
    const auto& names = nodes.at(*doubt);
    const bool all = names.size() == job.nodes.size() && names.size() > 1;
    doubts.push_back(
        {doubt->name, (all ? fmt::format("All {} nodes: ", names.size()) : some_of(names) + ": ") + doubt->text});
  }
}

}  // namespace

std::vector<Doubt> doubts_of(const Job& job, const std::vector<Missing>& missing) {
  std::vector<Doubt> doubts;
  add_missing(doubts, job);
  add_parts_without_figures(doubts, job, missing);
  add_cut_short(doubts, job);
  add_not_measured(doubts, job);
  add_hidden(doubts, job);
  add_clocks(doubts, job);
  add_offsets(doubts, job);
  add_those_of_parts(doubts, job);
  return doubts;
}

Doubt board_counted_once(const std::string& uuid, const std::string& first, const std::string& second) {
  return {"board_counted_once", "The GPU " + uuid + " was measured by " + first + " and by " + second +
                                    ": it counts once, as " + first + " has it."};
}

Doubt board_measured_twice(const Job& job, const std::string& uuid, const std::string& first, const std::string& second) {
  return {"board_measured_twice", "The GPU " + uuid + " was measured by " + first + " and, at another time, by " + second +
                                      ", perhaps as two jobs had the same name: only the energy of " + first +
                                      " is counted. " + at_least(job)};
}

}  // namespace gpubench::parts
