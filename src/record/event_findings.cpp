#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.h"
#include "record/statistics.h"

namespace gpubench::record {
namespace {

constexpr std::size_t kNamed = 4;  // processes in one sentence

// "python3 (process 4711), process 812"; empty if there is none of these.
template <class Which>
std::string users_text(const GpuEvents& events, Which which) {
  std::string text;
  std::size_t count = 0;
  for (const GpuUser& user : events.users) {
    if (!which(user) || ++count > kNamed) continue;
    const std::string id = "process " + std::to_string(user.id);
    base::add_item(text, user.name.empty() ? id : user.name + " (" + id + ")", ", ");
  }
  return count > kNamed ? text + " and " + std::to_string(count - kNamed) + " more" : text;
}

std::string xids_text(const std::vector<std::uint64_t>& xids) {
  std::vector<std::uint64_t> different(xids);
  std::sort(different.begin(), different.end());
  different.erase(std::unique(different.begin(), different.end()), different.end());
  std::string text;
  for (const std::uint64_t xid : different) base::add_item(text, std::to_string(xid), ", ");
  return text;
}

}  // namespace

std::vector<Finding> event_findings(const GpuRecord& gpu) {
  std::vector<Finding> findings;
  const int index = gpu.gpu.index;
  const GpuEvents& events = gpu.events;
  if (gpu.gpu.partitioned) findings.emplace_back(SharedByMig{index});
  const auto of_kind = [](UserKind kind) { return [kind](const GpuUser& user) { return user.kind == kind; }; };
  if (auto users = users_text(events, of_kind(UserKind::foreign)); !users.empty())
    findings.emplace_back(ForeignProcess{index, std::move(users)});
  if (auto users = users_text(events, of_kind(UserKind::unknown)); !users.empty())
    findings.emplace_back(UnknownProcess{index, std::move(users)});
  if (auto users = users_text(events, [](const GpuUser& user) { return user.left_running; }); !users.empty())
    findings.emplace_back(LeftRunning{index, std::move(users)});
  if (!events.xids.empty()) findings.emplace_back(XidErrors{index, xids_text(events.xids)});
  const MemoryErrors errors{index, events.corrected_errors.value_or(0), events.uncorrected_errors.value_or(0),
                            events.remapped_rows.value_or(0)};
  if (errors.corrected + errors.uncorrected + errors.remapped_rows > 0) findings.emplace_back(errors);
  return findings;
}

}  // namespace gpubench::record
