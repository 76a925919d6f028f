#include "sets/listed_set.h"

#include <fmt/format.h>

#include <optional>

#include "sets/roles.h"

namespace gpubench::sets {
namespace {

using runs::ListedRun;
using Figure = std::optional<double> ListedRun::*;

// Of the runs of which it is known; empty: of none.
std::optional<double> mean_of(const std::vector<const ListedRun*>& runs, Figure figure) {
  double sum = 0;
  std::size_t known = 0;
  for (const ListedRun* run : runs) {
    if (!(run->*figure)) continue;
    sum += *(run->*figure);
    ++known;
  }
  return known > 0 ? std::optional(sum / static_cast<double>(known)) : std::nullopt;
}

std::string_view kind_of_block(const RunSet& set) {
  if (set.variants.size() == 1) return "run";
  return set.variants.size() == 2 ? "pair" : "block";
}

// "10 runs", "8 pairs", "3 blocks"; of a set that is not complete "3/10 runs".
std::string extent_of(const RunSet& set, std::size_t counted) {
  const std::size_t planned = set.options.until.empty() ? set.options.runs : set.options.max_runs;
  const std::size_t last = set.complete ? counted : planned;
  const std::string number = set.complete ? fmt::format("{}", counted) : fmt::format("{}/{}", counted, planned);
  return fmt::format("{} {}{}", number, kind_of_block(set), last == 1 ? "" : "s");
}

void place_members(const RunSet& set, const ListedRuns& runs) {
  for (const Member& member : set.members) {
    const auto found = runs.find(member.run);
    if (found == runs.end()) continue;
    found->second->in = {set.id, member.variant, std::string(role_name(member.role))};
  }
}

std::vector<const ListedRun*> counted_runs(const RunSet& set, const ListedRuns& runs) {
  std::vector<const ListedRun*> counted;
  for (const Member* member : counted_members(set, set.variants.front().name))
    if (const auto found = runs.find(member->run); found != runs.end()) counted.push_back(found->second);
  return counted;
}

// "2026-11-29 12:00:00" of "2026-11-29T12:00:00.123Z".
std::string start_of(const RunSet& set) {
  constexpr std::size_t kDate = sizeof("2026-11-29") - 1;
  constexpr std::size_t kToTheSecond = sizeof("2026-11-29T12:00:00") - 1;
  if (set.sittings.empty() || set.sittings.front().started.size() < kToTheSecond) return {};
  std::string start = set.sittings.front().started.substr(0, kToTheSecond);
  start[kDate] = ' ';
  return start;
}

}  // namespace

ListedRun listed_set(const RunSet& set, const ListedRuns& runs, bool under_way) {
  ListedRun row;
  row.id = set.id;
  row.runs = 0;
  row.label = set.label;
  row.benchmark = set.benchmark;
  row.start = start_of(set);
  place_members(set, runs);
  if (set.variants.empty()) return row;
  const auto counted = counted_runs(set, runs);
  row.runs = counted.size();
  row.outcome = under_way ? "running" : extent_of(set, counted.size());
  if (counted.empty()) return row;
  row.gpu_name = counted.front()->gpu_name;
  row.gpu_count = counted.front()->gpu_count;
  row.host = counted.front()->host;
  row.boards = counted.front()->boards;
  if (set.variants.size() > 1) return row;
  for (const Figure figure : {&ListedRun::seconds, &ListedRun::joules, &ListedRun::kilowatt_hours, &ListedRun::grams,
                              &ListedRun::score, &ListedRun::joules_per_work})
    row.*figure = mean_of(counted, figure);
  return row;
}

}  // namespace gpubench::sets
