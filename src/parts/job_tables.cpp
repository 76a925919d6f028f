#include "parts/job_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/text_table.h"
#include "beside/table.h"
#include "report/figure_text.h"
#include "report/text.h"
#include "runs/saved_metrics.h"

namespace gpubench::parts {
namespace {

constexpr std::size_t kMostRows = 64;  // then only some are in a table; all are in metrics.json
constexpr std::size_t kSlowest = 5;
constexpr std::size_t kWidest = 160;  // columns: sentences of findings get several lines
using report::kNotAvailable;

std::string energy_cell(const std::optional<base::Energy>& energy, const Interval& interval) {
  return energy ? report::with_half_width(*energy, interval.comparative) : kNotAvailable;
}

std::string seconds_cell(base::Duration time) {
  return report::short_number(base::to_seconds(time), 3);
}

std::string clock_cell(const NodeAccount& node) {
  if (node.clock_offset) {
    const double offset = base::to_seconds(node.clock_offset->offset) * 1e3;
    const double bound = base::to_seconds(node.clock_offset->bound) * 1e3;
    const std::string value = std::abs(offset) < bound ? "0" : (offset > 0 ? "+" : "") + report::rounded(offset, bound);
    return value + " \u00b1 " + report::rounded(bound, bound) + " ms";
  }
  if (!node.clock) return "not known";
  if (!node.clock->synchronised) return "not synchronised";
  return "within " + report::short_number(base::to_seconds(node.clock->largest_error) * 1e3, 1) + " ms";
}

std::string count_cell(std::size_t seen, std::optional<int> expected) {
  return std::to_string(seen) + (expected ? "/" + std::to_string(*expected) : "");
}

std::vector<std::string> node_row(const NodeAccount& node) {
  const base::Duration time = node.end - node.start;
  const bool has_mean = node.energy && time > base::Duration::zero();
  return {node.node,
          count_cell(node.boards, node.gpus_allocated),
          std::to_string(node.ranks),
          seconds_cell(time),
          energy_cell(node.energy, node.interval),
          has_mean ? report::following_text((*node.energy / time).watts(), *node.energy, node.interval.comparative)
                   : kNotAvailable,
          seconds_cell(node.waiting),
          node.waiting_energy ? report::significant(node.waiting_energy->joules()) : kNotAvailable,
          clock_cell(node),
          node.state};
}

JobTable nodes_table(const Job& job) {
  JobTable table{"nodes",
                 "Nodes",
                 {"Node", "GPUs (seen/allocated)", "Ranks", "Time (s)", "Energy (J)", "Mean (W)", "Waiting (s)",
                  "Waiting (J, estimate)", "Clock", "State"},
                 {}};
  for (std::size_t i = 0; i < std::min(job.nodes.size(), kMostRows); ++i) table.rows.push_back(node_row(job.nodes[i]));
  table.remark =
      "The energy is that of the node's own window. Waiting for other nodes is not in it; its energy is estimated by the "
      "idle power.";
  if (job.nodes.size() > kMostRows)
    table.remark += fmt::format(" {} more nodes are in metrics.json.", job.nodes.size() - kMostRows);
  return table;
}

std::optional<base::Duration> time_of(const RankAccount& rank) {
  return rank.ran.start && rank.ran.end ? std::optional(*rank.ran.end - *rank.ran.start) : std::nullopt;
}

std::vector<std::string> rank_row(const RankAccount& rank, const std::string& what) {
  const auto time = time_of(rank);
  return {what + std::to_string(rank.ran.rank),
          rank.node,
          std::to_string(rank.ran.boards.size()),
          time ? seconds_cell(*time) : kNotAvailable,
          rank.ran.exit_code ? std::to_string(*rank.ran.exit_code) : kNotAvailable,
          energy_cell(rank.energy, rank.interval)};
}

// Shortest, middle, longest, and the slowest of all.
void add_chosen_ranks(JobTable& table, const std::vector<RankAccount>& ranks) {
  std::vector<const RankAccount*> by_time;
  for (const RankAccount& rank : ranks)
    if (time_of(rank)) by_time.push_back(&rank);
  std::stable_sort(by_time.begin(), by_time.end(), [](auto* a, auto* b) { return time_of(*a) < time_of(*b); });
  if (!by_time.empty()) {
    table.rows.push_back(rank_row(*by_time.front(), "fastest: "));
    table.rows.push_back(rank_row(*by_time[by_time.size() / 2], "median: "));
  }
  for (std::size_t i = 0; i < std::min(kSlowest, by_time.size()); ++i)
    table.rows.push_back(rank_row(*by_time[by_time.size() - 1 - i], "slowest: "));
  table.remark = fmt::format("All {} ranks are in ranks.csv and metrics.json.", ranks.size());
}

JobTable ranks_table(const Job& job) {
  JobTable table{"ranks", "Ranks", {"Rank", "Node", "GPUs", "Time (s)", "Exit", "Energy of its own GPUs (J)"}, {}};
  if (job.ranks.size() > kMostRows) {
    add_chosen_ranks(table, job.ranks);
  } else {
    for (const RankAccount& rank : job.ranks) table.rows.push_back(rank_row(rank, ""));
  }
  return table;
}

std::string percent(const std::optional<double>& fraction) {
  return fraction ? report::short_number(*fraction * 100, 1) + " %" : kNotAvailable;
}

JobTable balance_table(const Job& job) {
  return {"balance",
          "Balance",
          {"Of", "Most above the mean"},
          {{"time of the ranks", percent(job.imbalance.time)}, {"energy of the nodes", percent(job.imbalance.energy)}}};
}

std::string total_cell(const Job& job) {
  if (job.energy) return energy_cell(job.energy, job.interval);
  const base::Energy known = job.known_energy.value_or(base::Energy());
  return std::string(kNotAvailable) + " (at least " + report::rounded(known.joules(), job.interval.comparative.joules()) +
         ")";
}

std::string emissions_cell(const Job& job) {
  if (job.emissions && job.energy)
    return report::following_text(job.emissions->grams(), *job.energy, job.interval.comparative);
  return std::string(kNotAvailable) + " (at least " +
         report::short_number(job.known_emissions.value_or(base::Emissions()).grams(), report::kTableDecimals) + ")";
}

JobTable summary_table(const Job& job) {
  std::size_t boards = 0;
  for (const NodeAccount& node : job.nodes) boards += node.boards;
  return {"summary",
          "Job",
          {"Metric", "Value"},
          {{"Job", job.group + " (" + job.launcher + ")"},
           {"Benchmark", job.parts.front().benchmark},
           {"Nodes", count_cell(job.nodes.size(), job.nodes_expected)},
           {"Ranks", count_cell(job.ranks.size(), job.ranks_expected)},
           {"GPUs", std::to_string(boards)},
           {"Exit Status (highest of the ranks)", job.exit_code ? std::to_string(*job.exit_code) : kNotAvailable},
           {"Elapsed Time (s)", seconds_cell(job.end - job.start)},
           {"Total GPU Energy Consumed (J)", total_cell(job)},
           {"Total GPU Carbon Emissions (gCO2)", emissions_cell(job)},
           {"Start", base::utc_table_text(job.start) + " UTC"},
           {"End", base::utc_table_text(job.end) + " UTC"}}};
}

JobTable findings_table(const Job& job) {
  JobTable table{"findings", "Findings", {"Name", "Finding"}, {}};
  for (const Doubt& doubt : job.doubts) table.rows.push_back({doubt.name, base::one_line(doubt.text)});
  return table;
}

}  // namespace

std::vector<JobTable> job_tables(const Job& job) {
  std::vector<JobTable> tables{summary_table(job), nodes_table(job), ranks_table(job), balance_table(job)};
  if (!job.beside.empty())
    tables.push_back({"beside", beside::kHeading, beside::headings(), beside::rows(job.beside), beside::kRemark});
  if (!job.doubts.empty()) tables.insert(tables.begin() + 1, findings_table(job));
  return tables;
}

std::string job_text(const Job& job) {
  std::string text;
  for (const JobTable& one : job_tables(job)) {
    base::TextTable table(one.columns);
    for (const auto& row : one.rows) table.add_row(row);
    text +=
        one.heading + "\n" + base::fit_text(table.text(), kWidest) + (one.remark.empty() ? "" : one.remark + "\n") + "\n";
  }
  return text;
}

}  // namespace gpubench::parts
