#include "parts/make_job.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "parts/job_beside.h"
#include "parts/job_doubts.h"

namespace gpubench::parts {
namespace {

// Numbered nodes in their order, then the others by name.
auto place_of(const PartFigures& part) {
  return std::tuple(part.part.node_number.value_or(1 << 30), part.part.node, part.folder);
}

base::Result<void> check_same_job(const std::vector<PartFigures>& parts) {
  for (const PartFigures& part : parts) {
    if (part.part.group != parts.front().part.group)
      return base::failure("the part " + part.folder + " is of the job " + part.part.group + ", the part " +
                               parts.front().folder + " of " + parts.front().part.group,
                           "name the parts of one job only");
    if (part.part.tool_version != parts.front().part.tool_version)
      return base::failure("the part " + part.folder + " was measured by version " + part.part.tool_version + ", the part " +
                               parts.front().folder + " by " + parts.front().part.tool_version,
                           "use one version of iris-gpubench on all nodes of a job");
  }
  return {};
}

bool are_at_one_time(const PartFigures& a, const PartFigures& b) {
  return a.start <= b.end && b.start <= a.end;
}

// A rank runs once.
base::Result<void> check_one_job_of_the_name(const std::vector<PartFigures>& parts) {
  std::map<int, const PartFigures*> seen;
  for (const PartFigures& part : parts)
    for (const RankRun& ran : part.part.ran) {
      const PartFigures& first = *seen.emplace(ran.rank, &part).first->second;
      if (!are_at_one_time(first, part))
        return base::failure("rank " + std::to_string(ran.rank) + " is in the part " + first.folder +
                                 " and, at another time, in the part " + part.folder + ": two jobs had the name " +
                                 part.part.group,
                             "give each job another --group; for a record of one of these, name the folders of its parts: "
                             "iris-gpubench merge FOLDER FOLDER --output FOLDER");
    }
  return {};
}

// A board that another part has already.
struct BoardAgain {
  std::string uuid;
  std::string first;
  std::string second;
  bool at_another_time = false;
};

// A board counts in the first part that has it.
std::vector<BoardAgain> count_boards_once(std::vector<PartFigures>& parts) {
  std::vector<BoardAgain> all;
  std::map<std::string, const PartFigures*> seen;
  for (PartFigures& part : parts) {
    const auto again = [&](const Board& board) {
      if (board.uuid.empty()) return false;
      const auto [first, is_new] = seen.emplace(board.uuid, &part);
      if (!is_new) all.push_back({board.uuid, first->second->folder, part.folder, !are_at_one_time(*first->second, part)});
      return !is_new;
    };
    const auto cut = std::remove_if(part.boards.begin(), part.boards.end(), again);
    if (cut == part.boards.end()) continue;
    part.boards.erase(cut, part.boards.end());
    part.energy = base::Energy();
    part.interval = {};
    for (const Board& board : part.boards) {
      if (part.energy && board.energy) part.energy = *part.energy + *board.energy;
      if (!board.energy) part.energy.reset();
      part.interval = part.interval + board.interval;
    }
    part.emissions.reset();  // of the boards that are left it is not known
  }
  return all;
}

bool has(const PartFigures& part, std::string_view name) {
  return std::any_of(part.doubts.begin(), part.doubts.end(), [&](const Doubt& doubt) { return doubt.name == name; });
}

std::string state_of(const PartFigures& part) {
  if (has(part, "recovered")) return "recovered";  // how its benchmark ended is not known
  std::string state;
  constexpr std::array<std::pair<const char*, const char*>, 3> kWords{
      {{"timed_out", "timed out"}, {"interrupted", "interrupted"}, {"workload_failed", "failed"}}};
  for (const auto& [name, word] : kWords)
    if (has(part, name)) base::add_item(state, word, ", ");
  return state;
}

void add_to(NodeAccount& node, const PartFigures& part) {
  const bool first = node.parts++ == 0;
  node.start = first ? part.start : std::min(node.start, part.start);
  node.end = first ? part.end : std::max(node.end, part.end);
  node.by_agent = part.part.agent;
  node.boards += part.boards.size();
  node.ranks += part.part.ran.size();
  if (part.part.gpus_allocated) node.gpus_allocated = std::max(node.gpus_allocated.value_or(0), *part.part.gpus_allocated);
  if (first) node.energy = part.energy;
  if (!first && node.energy) node.energy = part.energy ? std::optional(*node.energy + *part.energy) : std::nullopt;
  node.interval = node.interval + part.interval;
  if (part.part.clock) node.clock = part.part.clock;
  if (part.part.clock_offset) node.clock_offset = part.part.clock_offset;
  if (const std::string state = state_of(part); node.state.find(state) == std::string::npos)
    base::add_item(node.state, state, ", ");
}

// The benchmark was started on a node of the job, or on another machine. It says why it ended; agents only know its code.
void add_head(std::vector<NodeAccount>& nodes, const PartFigures& head) {
  const std::string state = head.part.ended ? state_of(head) : std::string();
  for (NodeAccount& node : nodes) {
    if (node.node == head.part.node) node.ranks += head.part.ran.size();
    if (!state.empty() && (node.state == "failed" || node.state == "complete")) node.state = state;
  }
}

std::vector<NodeAccount> account_of_nodes(const std::vector<PartFigures>& parts) {
  std::vector<NodeAccount> nodes;
  for (const PartFigures& part : parts) {  // those of a node follow each other
    if (part.part.head) continue;
    if (nodes.empty() || nodes.back().node != part.part.node || nodes.back().number != part.part.node_number) {
      nodes.emplace_back();
      nodes.back().node = part.part.node;
      nodes.back().number = part.part.node_number;
    }
    add_to(nodes.back(), part);
  }
  for (NodeAccount& node : nodes)
    if (node.state.empty()) node.state = node.energy ? "complete" : "energy not known";
  for (const PartFigures& part : parts)
    if (part.part.head) add_head(nodes, part);
  return nodes;
}

// What the boards of a node use while it waits for the others.
std::optional<base::Power> idle_power(const std::vector<PartFigures>& parts, const NodeAccount& node) {
  base::Power all;
  for (const PartFigures& part : parts) {
    if (part.part.node != node.node || part.part.node_number != node.number) continue;
    for (const Board& board : part.boards) {
      if (!board.idle_power) return std::nullopt;
      all = all + *board.idle_power;
    }
  }
  return all;
}

void add_waiting(Job& job) {
  for (NodeAccount& node : job.nodes) {
    if (node.by_agent) continue;
    node.waiting = (node.start - job.start) + (job.end - node.end);
    if (const auto power = idle_power(job.parts, node)) node.waiting_energy = *power * node.waiting;
  }
}

// The energy of the boards that a rank has for itself.
void add_own_energy(RankAccount& rank, const std::map<std::string, std::size_t>& users,
                    const std::map<std::string, const Board*>& boards) {
  if (rank.ran.boards.empty()) return;
  base::Energy energy;
  Interval interval;
  for (const std::string& uuid : rank.ran.boards) {
    const auto board = boards.find(uuid);
    if (users.at(uuid) != 1 || board == boards.end() || !board->second->energy) return;
    energy = energy + *board->second->energy;
    interval = interval + board->second->interval;
  }
  rank.energy = energy;
  rank.interval = interval;
}

std::vector<RankAccount> account_of_ranks(const std::vector<PartFigures>& parts) {
  std::map<int, RankAccount> ranks;  // one that is in two parts is the first one's
  std::map<std::string, std::size_t> users;
  std::map<std::string, const Board*> boards;
  for (const PartFigures& part : parts) {
    for (const Board& board : part.boards) boards.emplace(board.uuid, &board);
    for (const RankRun& ran : part.part.ran)
      if (ranks.emplace(ran.rank, RankAccount{ran, part.part.node}).second)
        for (const std::string& uuid : ran.boards) ++users[uuid];
  }
  std::vector<RankAccount> list;
  for (auto& [number, rank] : ranks) {
    add_own_energy(rank, users, boards);
    list.push_back(std::move(rank));
  }
  return list;
}

std::optional<int> agreed(const std::vector<PartFigures>& parts, std::optional<int> Part::* figure) {
  std::optional<int> most;
  for (const PartFigures& part : parts)
    if (const auto& one = part.part.*figure) most = std::max(most.value_or(0), *one);
  return most;
}

std::optional<double> above_mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  if (values.size() < 2 || !(sum > 0)) return std::nullopt;
  return *std::max_element(values.begin(), values.end()) * static_cast<double>(values.size()) / sum - 1;
}

Imbalance imbalance_of(const Job& job) {
  std::vector<double> times;
  for (const RankAccount& rank : job.ranks)
    if (rank.ran.start && rank.ran.end) times.push_back(base::to_seconds(*rank.ran.end - *rank.ran.start));
  std::vector<double> energies;
  for (const NodeAccount& node : job.nodes)
    if (node.energy) energies.push_back(node.energy->joules());
  return {above_mean(times), above_mean(energies)};
}

void add_up(Job& job, bool some_is_unknown) {
  bool all_energy =
      !some_is_unknown && job.is_complete() && job.nodes_cut_short().empty() && job.ranks_not_measured().empty();
  bool all_emissions = all_energy;
  base::Energy energy;
  base::Emissions emissions;
  for (const PartFigures& part : job.parts) {
    if (part.part.head) continue;
    all_energy = all_energy && part.energy;
    all_emissions = all_emissions && part.emissions;
    for (const Board& board : part.boards)  // the part's own sum may be unknown for one board
      if (board.energy && !part.energy) energy = energy + *board.energy;
    if (part.energy) energy = energy + *part.energy;
    job.interval = job.interval + part.interval;
    if (part.emissions) emissions = emissions + *part.emissions;
    if (part.emissions_half_width)
      job.emissions_half_width = base::Emissions::from_grams(
          std::hypot(job.emissions_half_width.value_or(base::Emissions()).grams(), part.emissions_half_width->grams()));
  }
  job.known_energy = energy;
  job.known_emissions = emissions;
  if (all_energy) job.energy = energy;
  if (all_emissions) job.emissions = emissions;
}

// A rank that is missing may have failed.
std::optional<int> highest_code(const Job& job) {
  std::optional<int> highest;
  for (const RankAccount& rank : job.ranks) {
    if (!rank.ran.exit_code) return std::nullopt;
    highest = std::max(highest.value_or(0), *rank.ran.exit_code);
  }
  const bool all = !job.ranks_expected || job.ranks.size() >= static_cast<std::size_t>(std::max(*job.ranks_expected, 0));
  if (highest == 0 && !all) highest.reset();
  return highest;
}

}  // namespace

base::Result<Job> make_job(std::vector<PartFigures> parts, std::vector<Missing> missing) {
  if (parts.empty()) return base::failure("no part of the job has figures", "name folders of parts that have ended");
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return place_of(a) < place_of(b); });
  std::sort(missing.begin(), missing.end());
  GPUBENCH_TRY(check_same_job(parts));
  GPUBENCH_TRY(check_one_job_of_the_name(parts));
  Job job;
  job.group = parts.front().part.group;
  job.launcher = parts.front().part.launcher;
  const auto again = count_boards_once(parts);
  const bool twice = std::any_of(again.begin(), again.end(), [](const auto& board) { return board.at_another_time; });
  job.parts = std::move(parts);
  job.nodes = account_of_nodes(job.parts);
  job.ranks = account_of_ranks(job.parts);
  job.nodes_expected = agreed(job.parts, &Part::nodes);
  job.ranks_expected = agreed(job.parts, &Part::ranks);
  job.start =
      std::min_element(job.parts.begin(), job.parts.end(), [](auto& a, auto& b) { return a.start < b.start; })->start;
  job.end = std::max_element(job.parts.begin(), job.parts.end(), [](auto& a, auto& b) { return a.end < b.end; })->end;
  add_waiting(job);
  add_up(job, twice || !missing.empty());
  job.exit_code = highest_code(job);
  job.imbalance = imbalance_of(job);
  job.beside = beside_of(job.parts);
  job.doubts = doubts_of(job, missing);
  for (const BoardAgain& board : again)
    job.doubts.push_back(board.at_another_time ? board_measured_twice(job, board.uuid, board.first, board.second)
                                               : board_counted_once(board.uuid, board.first, board.second));
  return job;
}

}  // namespace gpubench::parts
