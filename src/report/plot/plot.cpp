#include "report/plot/plot.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/child_process.h"
#include "platform/files.h"
#include "report/plot/gnuplot_script.h"
#include "report/plot/panels.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

constexpr std::string_view kPngBegin = "\x89PNG\r\n\x1a\n";
constexpr std::string_view kPngEnd = "IEND\xAE\x42\x60\x82";
constexpr const char* kRemedy =
    "install the package gnuplot-nox (sudo apt install gnuplot-nox), or leave the plot out with --no_plot";

bool is_whole_png(std::string_view bytes) {
  return bytes.starts_with(kPngBegin) && bytes.ends_with(kPngEnd);
}

base::Result<std::string> draw(const std::string& script) {
  // -d: no start-up files, which could change anything.
  const auto outcome = platform::run_child({{"gnuplot", "-d", "-"}, script});
  if (!outcome)
    return base::failure("could not draw the plot: " + outcome.error().error.message,
                         outcome.error().not_found ? kRemedy : "");
  if (outcome->exit_code != 0 || !is_whole_png(outcome->output))
    return base::failure(
        fmt::format("could not draw the plot: gnuplot ended with {}: {}", outcome->exit_code, one_line(outcome->error, 300)),
        outcome->error.find("pngcairo") != std::string::npos ? kRemedy : "");
  return outcome->output;
}

std::string gpus_text(const std::vector<record::GpuRecord>& gpus) {
  const bool one_model =
      std::all_of(gpus.begin(), gpus.end(), [&](const auto& g) { return g.gpu.name == gpus.front().gpu.name; });
  return fmt::format("{} {}", gpus.size(), one_model && !gpus.empty() ? "\u00d7 " + gpus.front().gpu.name : "GPUs");
}

std::string duration_text(base::Duration duration) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(duration);
  if (whole < std::chrono::minutes(3)) return short_number(base::to_seconds(duration), 3) + " s";
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(duration).count();
  if (minutes < 180) return fmt::format("{} min {} s", minutes, whole.count() % 60);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string subtitle(const record::RunRecord& run) {
  std::string text = run.source.kind == meter::SourceKind::replay ? run.source.description + ".  " : std::string();
  text += run.gpus.empty() ? "no GPU of the benchmark" : gpus_text(run.gpus);
  text += "  |  " + base::utc_table_text(run.start_time()) + " UTC";
  text += "  |  " + duration_text(run.elapsed());
  if (run.total_energy) text += "  |  " + short_number(run.total_energy->kilowatt_hours(), 5) + " kWh";
  if (run.emissions) {
    text += "  |  " + short_number(run.emissions->total.grams(), 3) + " gCO2";
    if (run.emissions->used_yearly_factor) text += " (yearly factor)";
  }
  if (run.benchmark.interrupted) text += "  |  INTERRUPTED";
  if (!run.benchmark.interrupted && run.benchmark.exit_code != 0) text += "  |  BENCHMARK FAILED";
  return text;
}

}  // namespace

PlotInput plot_input(const record::RunRecord& run, const std::vector<series::GpuSeries>& series) {
  PlotInput input;
  input.title = run.benchmark.name;
  input.subtitle = subtitle(run);
  for (const record::GpuRecord* gpu : run.all_gpus()) input.gpus.push_back(gpu->gpu);
  input.is_other.assign(input.gpus.size(), false);
  for (const record::GpuRecord& gpu : run.other_gpus) input.is_other.at(gpu.position) = true;
  input.series = &series;
  input.origin = run.ran.start;
  input.run = run.ran;
  input.total_energy = run.total_energy;
  if (run.emissions)
    for (const carbon::SlotEmissions& slot : run.emissions->slots)
      input.intensity.push_back({run.anchor.to_steady(slot.from), run.anchor.to_steady(slot.to), slot.intensity.intensity});
  input.replay = run.source.kind == meter::SourceKind::replay;
  return input;
}

base::Result<void> write_plot(const std::filesystem::path& path, const PlotInput& input) {
  const base::Result<std::string> png = draw(gnuplot_script(input, make_panels(input)));
  if (!png) return base::failure(png.error());
  return platform::write_file_atomically(path, *png);
}

}  // namespace gpubench::report
