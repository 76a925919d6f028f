#include "sets/roles.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "sets/order.h"

namespace gpubench::sets {
namespace {

// Findings after which the figures are not those of a whole run of this benchmark alone.
constexpr std::array<std::string_view, 8> kExcluding{"interrupted", "timed_out", "workload_failed", "energy_unknown",
                                                     "gpu_lost",    "recovered", "xid_errors",      "foreign_process"};
constexpr std::string_view kThrottled = "throttled";

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> reasons_in(const RunFigures& figures) {
  std::vector<std::string> reasons;
  for (const std::string_view name : kExcluding)
    if (has(figures.findings, name)) reasons.emplace_back(name);
  if (reasons.empty() && !figures.energy) reasons.emplace_back("energy_unknown");
  return reasons;
}

void assign_role(Member& member, const FiguresOfRuns& figures) {
  const auto known = figures.find(member.run);
  if (known == figures.end() || has(member.reasons, kNotFinished) || has(member.reasons, kBlockNotFinished)) return;
  member.reasons = reasons_in(known->second);
  const Role unless_excluded = member.block == 0 ? Role::warmup : Role::counted;
  member.role = member.reasons.empty() ? unless_excluded : Role::excluded;
}

}  // namespace

void assign_roles(RunSet& set, const FiguresOfRuns& figures) {
  for (Member& member : set.members) assign_role(member, figures);
  const auto is_throttled = [&](const Member& member) {
    const auto known = figures.find(member.run);
    return known != figures.end() && has(known->second.findings, kThrottled);
  };
  const bool all = std::all_of(set.members.begin(), set.members.end(),
                               [&](const Member& member) { return member.role != Role::counted || is_throttled(member); });
  if (all) return;
  for (Member& member : set.members) {
    if (member.role != Role::counted || !is_throttled(member)) continue;
    member.role = Role::excluded;
    member.reasons.emplace_back(kThrottled);
  }
}

std::vector<const Member*> counted_members(const RunSet& set, const std::string& variant) {
  std::map<std::size_t, std::set<std::string>> blocks;  // variants that count of each
  for (const Member& member : set.members)
    if (member.role == Role::counted) blocks[member.block].insert(member.variant);
  std::vector<const Member*> counted;
  for (const Member& member : set.members)
    if (member.role == Role::counted && member.variant == variant && blocks[member.block].size() == set.variants.size())
      counted.push_back(&member);
  return counted;
}

}  // namespace gpubench::sets
