#include "parts/job_pictures.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "parts/job_tables.h"
#include "platform/files.h"
#include "report/figure_text.h"
#include "report/html/tables_page.h"
#include "report/plot/job_plot.h"
#include "report/text.h"

namespace gpubench::parts {
namespace {

constexpr std::size_t kMostNodes = 16;  // that have a curve each

// The curves of a job as a picture shows them: each node's, or that of all nodes as one with a band.
struct NodeCurves {
  std::vector<std::string> names;
  std::vector<report::Curve> curves;
  std::string title = "Power of each node";
  std::string note;
  bool is_range = false;
};

std::string count_text(std::size_t count) {
  return report::grouped(std::to_string(count));
}

std::string nodes_text(std::size_t nodes) {
  return count_text(nodes) + (nodes == 1 ? " node" : " nodes");
}

NodeCurves node_curves(const JobPower& power) {
  NodeCurves shown;
  shown.is_range = power.nodes.size() > kMostNodes;
  if (shown.is_range) {
    shown.names = {"the mean of " + nodes_text(power.nodes.size() - power.unknown.size())};
    shown.title = "Power of a node";
    shown.curves = {range_of(power)};
    shown.note = "Line: the mean node. Band: from the node with the least power to the one with the most.";
  } else {
    for (const NodePower& node : power.nodes) {
      if (node.curve.points.empty()) continue;
      shown.names.push_back(node.node);
      shown.curves.push_back(node.curve);
    }
    shown.note = "Each node's power is that of its GPUs together, as means over short times.";
  }
  if (power.nodes.size() > 1) shown.note += " The sum is drawn as long as each node is measured.";
  if (!power.unknown.empty())
    shown.note += fmt::format(" Not known: the power of {}.", power.unknown.size() > 5 ? nodes_text(power.unknown.size())
                                                                                       : base::joined(power.unknown, ", "));
  return shown;
}

std::string total_title(const Job& job, const JobPower& power) {
  if (power.unknown.empty() && job.is_complete()) return "Power of all nodes";
  return "Power of the " + nodes_text(power.nodes.size() - power.unknown.size()) + " that are known";
}

std::string plot_subtitle(const Job& job) {
  std::set<std::string> models;
  std::size_t boards = 0;
  for (const PartFigures& part : job.parts)
    for (const Board& board : part.boards) {
      models.insert(board.name);
      ++boards;
    }
  std::string text = nodes_text(job.nodes.size()) + ", " + count_text(boards) + " \u00d7 " +
                     (models.size() == 1 ? *models.begin() : std::string("GPU"));
  text += "  |  " + base::utc_table_text(job.start) + " UTC";
  text += "  |  " + report::short_number(base::to_seconds(job.end - job.start), 3) + " s";
  if (job.energy)
    text += "  |  " + report::with_half_width(*job.energy, job.interval.comparative) + " J";
  else
    text += "  |  PARTS MISSING";
  if (job.emissions) text += "  |  " + report::short_number(job.emissions->grams(), 3) + " gCO2";
  if (job.exit_code.value_or(0) != 0) text += "  |  BENCHMARK FAILED";
  return text;
}

report::Chart chart_of(std::string_view id, const std::string& title, const std::vector<report::Curve>& curves) {
  report::Chart chart;
  chart.id = id;
  chart.title = title;
  chart.unit = "W";
  chart.gpus = curves.size();
  chart.curve = [curves](std::size_t one) { return curves[one]; };
  return chart;
}

report::PageCharts charts_of(const Job& job, const JobPower& power) {
  NodeCurves shown = node_curves(power);
  report::PageCharts charts{"nodes", job.start, job.end - job.start, power.first_seconds, power.last_seconds, "node",
                            {},      {},        shown.note};
  if (shown.curves.empty()) return charts;
  charts.charts.push_back(chart_of("nodes", shown.title, shown.curves));
  if (shown.is_range) charts.charts.back().single = shown.names.front();
  charts.names = std::move(shown.names);
  if (power.nodes.size() == 1) return charts;
  charts.charts.push_back(chart_of("total", total_title(job, power), {power.total}));
  charts.charts.back().single = "together";
  return charts;
}

report::TablesPage page_of(const Job& job, const JobPower& power) {
  report::TablesPage page{job.group, {}, charts_of(job, power), {}};
  for (JobTable& table : job_tables(job))
    page.tables.push_back({std::move(table.id), std::move(table.heading), std::move(table.columns), std::move(table.rows),
                           std::move(table.remark)});
  page.footer = "Made by iris-gpubench " + job.parts.front().part.tool_version + ". All times are UTC.";
  return page;
}

}  // namespace

base::Result<void> draw_job_plot(const std::filesystem::path& folder, const Job& job, const JobPower& power,
                                 report::PlotFormat format, int interrupt_fd) {
  const NodeCurves shown = node_curves(power);
  report::JobPlot plot;
  plot.title = job.parts.front().benchmark + ", job " + job.group;
  plot.subtitle = plot_subtitle(job);
  plot.names = shown.names;
  plot.nodes_title = shown.title;
  plot.nodes = shown.curves;
  if (power.nodes.size() > 1) plot.total = power.total;
  plot.total_title = total_title(job, power);
  plot.elapsed = job.end - job.start;
  plot.first_seconds = power.first_seconds;
  plot.last_seconds = power.last_seconds;
  plot.foot = shown.note;
  return report::write_job_plot(folder / report::plot_file_name(format), plot, format, interrupt_fd);
}

base::Result<void> write_job_page(const std::filesystem::path& folder, const Job& job, const JobPower& power) {
  return platform::stream_file_atomically(folder / "report.html",
                                          [&](std::ostream& out) { report::write_tables_page(out, page_of(job, power)); });
}

}  // namespace gpubench::parts
