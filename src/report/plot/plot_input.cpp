#include "report/plot/plot_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/figure_text.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

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

// "0.00578 ± 0.00033 kWh": half-width with the sensor's gain, k = 2, two figures of it.
std::string energy_with_interval(base::Energy energy, const energy::Uncertainty& uncertainty) {
  const base::Energy half = uncertainty.absolute();
  if (!(half > base::Energy{})) return kilowatt_hours_text(energy, half);
  return rounded(energy.kilowatt_hours(), half.kilowatt_hours()) + " \u00b1 " + kilowatt_hours_text(half, half);
}

std::string subtitle(const record::RunRecord& run) {
  std::string text = run.facts.source.is_replay() ? run.facts.source.description + ".  " : std::string();
  text += run.gpus.empty() ? "no GPU of the benchmark" : gpus_text(run.gpus);
  text += "  |  " + base::utc_table_text(run.start_time()) + " UTC";
  text += "  |  " + duration_text(run.elapsed());
  if (run.total_energy) text += "  |  " + energy_with_interval(*run.total_energy, run.total_uncertainty);
  if (run.emissions) {
    text += "  |  " + short_number(run.emissions->total.grams(), 3) + " gCO2";
    if (run.emissions->used_yearly_factor) text += " (yearly factor)";
  }
  if (run.benchmark.interrupted) text += "  |  INTERRUPTED";
  if (record::has_failed(run.benchmark)) text += "  |  BENCHMARK FAILED";
  return text;
}

std::vector<PhaseStrip> phase_strips(const record::RunRecord& run) {
  constexpr std::size_t kMostStrips = 300;
  std::vector<PhaseStrip> strips;
  if (!run.phases) return strips;
  for (const phases::PhaseBar& bar : run.phases->bars) {
    const phases::Phase& phase = run.phases->phases[bar.phase];
    if (phase.depth < kPhaseLevels) strips.push_back({bar.time, bar.phase, phase.depth, one_line(phase.name, 40)});
  }
  const auto longer = [](const PhaseStrip& a, const PhaseStrip& b) { return a.time.length() > b.time.length(); };
  std::stable_sort(strips.begin(), strips.end(), longer);
  if (strips.size() > kMostStrips) strips.resize(kMostStrips);
  return strips;
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
  if (run.total_energy) {
    const base::Energy half = run.total_uncertainty.comparative();
    input.total_energy = energy_text(*run.total_energy, half) + " (" + kilowatt_hours_text(*run.total_energy, half) + ")";
  }
  if (run.emissions)
    for (const carbon::SlotEmissions& slot : run.emissions->slots)
      input.intensity.push_back(
          {run.facts.anchor.to_steady(slot.from), run.facts.anchor.to_steady(slot.to), slot.intensity.intensity});
  input.phases = phase_strips(run);
  input.replay = run.facts.source.is_replay();
  return input;
}

}  // namespace gpubench::report
