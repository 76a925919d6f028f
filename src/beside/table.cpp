#include "beside/table.h"

#include <algorithm>
#include <optional>

#include "base/text_table.h"
#include "report/text.h"

namespace gpubench::beside {
namespace {

constexpr std::size_t kMostRows = 64;  // all are in metrics.json
constexpr const char* kNotKnown = "not known";

std::string time_cell(const std::optional<base::WallTime>& time) {
  return time ? base::utc_table_text(*time) : kNotKnown;
}

std::string energy_cell(const std::optional<base::Energy>& energy, const std::string& why) {
  if (!why.empty()) return "not available: " + report::one_line(why, report::kLongestCell);
  return energy ? report::significant(energy->joules()) : "not available";
}

std::vector<std::string> slurm_row(const SlurmEnergy& slurm) {
  std::string of = (slurm.of.step.empty() ? "job " : "step ") + report::one_line(slurm.of.id(), report::kLongestCell);
  if (slurm.nodes) of += ", " + std::to_string(*slurm.nodes) + (*slurm.nodes == 1 ? " node" : " nodes");
  return {"sacct ConsumedEnergy",
          of,
          energy_cell(slurm.energy, slurm.why),
          time_cell(slurm.start),
          time_cell(slurm.end),
          slurm.plugin.empty() ? kNotKnown : report::one_line(slurm.plugin, report::kLongestCell)};
}

std::vector<std::string> counter_row(const NodeCounter& counter) {
  return {report::one_line(counter.name, report::kLongestCell),
          report::one_line(counter.node, report::kLongestCell),
          energy_cell(counter.energy, counter.why),
          time_cell(counter.start),
          time_cell(counter.end),
          report::one_line(counter.file, report::kLongestCell)};
}

}  // namespace

std::vector<std::string> headings() {
  return {"Figure", "Of", "Energy (J)", "From (UTC)", "To (UTC)", "Measured By"};
}

std::vector<std::vector<std::string>> rows(const Beside& beside) {
  std::vector<std::vector<std::string>> all;
  if (beside.slurm) all.push_back(slurm_row(*beside.slurm));
  for (const NodeCounter& counter : beside.node_counters)
    if (all.size() < kMostRows) all.push_back(counter_row(counter));
  return all;
}

std::string table(const Beside& beside) {
  if (beside.empty()) return {};
  base::TextTable table(headings());
  for (const auto& row : rows(beside)) table.add_row(row);
  return table.text() + kRemark + "\n";
}

}  // namespace gpubench::beside
