#include "run/result_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "base/text_table.h"
#include "beside/table.h"
#include "cli/invocation.h"
#include "parts/part.h"
#include "parts/part_power.h"
#include "platform/files.h"
#include "platform/gzip_stream.h"
#include "report/curve.h"
#include "report/formatted_tables.h"
#include "report/html/html_report.h"
#include "report/metrics_yaml.h"
#include "report/plot/plot.h"
#include "report/timeseries_csv.h"

namespace gpubench::run {
namespace {

base::Result<void> write_table(const runs::RunDirectory& directory, const std::string& name, TimeseriesFormat format,
                               const std::function<void(std::ostream&)>& write) {
  if (format == TimeseriesFormat::none) return {};
  if (format == TimeseriesFormat::csv) return platform::stream_file_atomically(directory.path / name, write);
  return platform::stream_file_atomically(directory.path / (name + ".gz"),
                                          [&](std::ostream& out) { platform::write_gzip(out, write); });
}

// Of a part of a job, for the job's picture.
base::Result<void> write_power_curves(const runs::RunDirectory& directory, const record::RunRecord& run,
                                      const std::vector<series::GpuSeries>& series) {
  if (!parts::is_part(directory.path)) return {};
  parts::PartPower power{run.start_time()};
  for (const record::GpuRecord& gpu : run.gpus)
    power.boards.push_back({gpu.gpu.uuid, report::power_curve(series.at(gpu.position), run.ran.start)});
  return parts::write_power(directory.path, power);
}

}  // namespace

void draw_plot(const runs::RunDirectory& directory, record::RunRecord& run, const std::vector<series::GpuSeries>& series,
               report::PlotFormat format, int interrupt_fd) {
  const auto drawn = report::write_plot(directory.path / report::plot_file_name(format), report::plot_input(run, series),
                                        format, interrupt_fd);
  if (!drawn)
    run.findings.emplace_back(record::PlotNotMade{drawn.error().message +
                                                  (drawn.error().remedy.empty() ? "" : " (" + drawn.error().remedy + ")")});
}

std::string tables_of(const runs::RunDirectory& directory, const record::RunRecord& run) {
  const std::string table = beside::table(beside::read_saved(directory.path));
  return report::formatted_tables(run) + (table.empty() ? "" : std::string("\n") + beside::kHeading + "\n\n" + table);
}

base::Result<void> write_reports(const runs::RunDirectory& directory, const record::RunRecord& run,
                                 const std::vector<series::GpuSeries>& series, TimeseriesFormat format) {
  const auto write_phases = [&](std::ostream& out) { report::write_phases_csv(out, run); };
  report::Document metrics = report::metrics_document(run);
  if (const beside::Beside beside = beside::read_saved(directory.path); !beside.empty())
    metrics["beside"] = beside::document(beside);
  const std::array<base::Result<void>, 7> written{
      platform::stream_file_atomically(directory.file("metrics.yml"),
                                       [&](std::ostream& out) { report::write_yaml(out, metrics); }),
      platform::write_file_atomically(directory.file("metrics.json"), base::json_text(metrics, 2) + "\n"),
      platform::write_file_atomically(directory.file("formatted_metrics.txt"), tables_of(directory, run)),
      write_table(directory, "timeseries.csv", format,
                  [&](std::ostream& out) { report::write_timeseries_csv(out, run, series); }),
      write_table(directory, "power.csv", format, [&](std::ostream& out) { report::write_power_csv(out, run, series); }),
      write_table(directory, "phases.csv", run.phases ? format : TimeseriesFormat::none, write_phases),
      write_power_curves(directory, run, series),
  };
  for (const auto& result : written)
    if (!result) return result;
  return {};
}

base::Result<void> write_page(const runs::RunDirectory& directory, const record::RunRecord& run,
                              const std::vector<series::GpuSeries>& series) {
  report::HtmlInput input{&run, &series, directory.file("benchmark.log"), directory.file("benchmark_log_times.csv"),
                          directory.file("metrics.yml")};
  if (const beside::Beside beside = beside::read_saved(directory.path); !beside.empty())
    input.beside.push_back({"beside", beside::kHeading, beside::headings(), beside::rows(beside), beside::kRemark});
  return platform::stream_file_atomically(directory.file("report.html"),
                                          [&](std::ostream& out) { report::write_html_report(out, input); });
}

namespace {

constexpr const char* kOwnResults = "benchmark_results";

// ": 12 files, 1001.2 MB; excluded.txt lists what was left out": what was copied of the benchmark's own results.
std::string size_of_results(const std::filesystem::path& folder) {
  std::size_t files = 0;
  std::uintmax_t bytes = 0;
  std::string lists;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->is_regular_file(error)) continue;
    const std::string name = entry->path().filename().string();
    if (name == "skipped.txt" || name == "excluded.txt") {
      if (lists.find(name) == std::string::npos) lists += (lists.empty() ? "; " : ", ") + name;
      continue;
    }
    ++files;
    const std::uintmax_t size = entry->file_size(error);
    if (!error) bytes += size;
  }
  if (!lists.empty()) lists += lists.find(',') == std::string::npos ? " lists what was left out" : " list what was left out";
  return fmt::format(": {} file{}, {:.1f} MB{}", files, files == 1 ? "" : "s", static_cast<double>(bytes) / 1e6, lists);
}

}  // namespace

std::string for_terminal(const platform::Terminal& terminal, const std::string& tables) {
  if (!terminal.is_terminal()) return tables;
  return base::fit_text(tables, static_cast<std::size_t>(std::max(terminal.size().columns, 1)));
}

std::string list_result_files(const runs::RunDirectory& directory) {
  constexpr std::array<std::pair<const char*, const char*>, 22> kFiles{{
      {"report.html", "everything on one page, for a browser"},
      {"formatted_metrics.txt", "the tables, as they are printed"},
      {"metrics.yml", "all figures, for programs"},
      {"metrics.json", "the same as JSON"},
      {"metrics_plot.png", "power, utilisation, temperature, memory and clocks over time"},
      {"metrics_plot.svg", "power, utilisation, temperature, memory and clocks over time"},
      {"metrics_plot.pdf", "power, utilisation, temperature, memory and clocks over time"},
      {"timeseries.csv", "readings at each interval"},
      {"power.csv", "power every 20 ms"},
      {"power_curves.json", "power over time, for the job's picture"},
      {"phases.csv", "each phase from its begin to its end"},
      {"phases.csv.gz", "each phase from its begin to its end"},
      {"timeseries.csv.gz", "readings at each interval"},
      {"power.csv.gz", "power every 20 ms"},
      {"benchmark.log", "the benchmark's output"},
      {"benchmark_1.log", "the output of the first container; benchmark_2.log of the second, and so on"},
      {kOwnResults, "the benchmark's own result files"},
      {"marks", "the benchmark's marks of its phases"},
      {"final_monitoring_output.txt", "the last live table"},
      {"runtime.log", "this tool's log"},
      {"beside.json", "energy of whole nodes by others, in no total"},
      {"journal", "everything read, for iris-gpubench report and recover"},
  }};
  std::string text = "Results in " + base::one_line(directory.path.string()) + "\n";
  std::error_code error;
  for (const auto& [name, meaning] : kFiles)
    if (std::filesystem::exists(directory.file(name), error))
      text += fmt::format("  {:<28} {}{}\n", name, meaning,
                          name == std::string_view(kOwnResults) ? size_of_results(directory.file(name)) : "");
  return text;
}

std::string profiling_text(const record::RunRecord& run, const std::filesystem::path& folder) {
  const std::string output = " --output " + cli::shell_quoted((folder / "nsight").string());
  const std::string text = "iris-gpubench: a profiler changes time and energy. Profile the benchmark on its own:\n";
  if (run.benchmark.kind == "container")
    return text + "  docker run --rm --gpus all --entrypoint nsys " + run.benchmark.name +
           " profile PROGRAM ...  (nsys in the image)\n";
  return text + "  nsys profile" + output + " " + run.benchmark.command_line + "\n";
}

}  // namespace gpubench::run
