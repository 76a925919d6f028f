#include "app/reports.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "platform/files.h"
#include "report/formatted_tables.h"
#include "report/metrics_yaml.h"
#include "report/plot/plot.h"
#include "report/timeseries_csv.h"

namespace gpubench::app {

void draw_plot(const RunDirectory& directory, record::RunRecord& run, const std::vector<series::GpuSeries>& series) {
  const auto drawn = report::write_plot(directory.file("metrics_plot.png"), report::plot_input(run, series));
  if (!drawn)
    run.findings.emplace_back(record::PlotNotMade{drawn.error().message +
                                                  (drawn.error().remedy.empty() ? "" : " (" + drawn.error().remedy + ")")});
}

base::Result<void> write_reports(const RunDirectory& directory, const record::RunRecord& run,
                                 const std::vector<series::GpuSeries>& series) {
  const std::array<base::Result<void>, 4> written{
      platform::write_file_atomically(directory.file("metrics.yml"), report::metrics_yaml(run)),
      platform::write_file_atomically(directory.file("formatted_metrics.txt"), report::formatted_tables(run)),
      platform::stream_file_atomically(directory.file("timeseries.csv"),
                                       [&](std::ostream& out) { report::write_timeseries_csv(out, run, series); }),
      platform::stream_file_atomically(directory.file("power.csv"),
                                       [&](std::ostream& out) { report::write_power_csv(out, run, series); }),
  };
  for (const auto& result : written)
    if (!result) return result;
  return {};
}

std::string list_result_files(const RunDirectory& directory) {
  constexpr std::array<std::pair<const char*, const char*>, 9> kFiles{{
      {"formatted_metrics.txt", "the tables above"},
      {"metrics.yml", "all figures, for programs"},
      {"metrics_plot.png", "power, utilisation, temperature, memory and clocks over time"},
      {"timeseries.csv", "readings at each interval"},
      {"power.csv", "power every 20 ms"},
      {"benchmark.log", "the benchmark's output"},
      {"benchmark_results", "the benchmark's own result files"},
      {"final_monitoring_output.txt", "the last live table"},
      {"runtime.log", "this tool's log"},
  }};
  std::string text = "Results in " + directory.path.string() + "\n";
  std::error_code error;
  for (const auto& [name, meaning] : kFiles)
    if (std::filesystem::exists(directory.file(name), error)) text += fmt::format("  {:<28} {}\n", name, meaning);
  return text;
}

}  // namespace gpubench::app
