#include "report/figure_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/text.h"

namespace gpubench::report {

bool reports(const record::ReadingStatistics& statistics, meter::ValueKind kind) {
  return statistics[kind] || (kind == meter::ValueKind::utilization && statistics.shows_utilization);
}

const char* absence_text(const record::ReadingStatistics& statistics, meter::ValueKind kind) {
  return statistics.readings == 0 || reports(statistics, kind) ? kNotAvailable : kNotSupported;
}

std::string coverage_text(base::Ratio coverage) {
  const double percent = coverage.percent();
  return short_number(percent < 100 ? std::min(percent, 99.99) : percent, 2);
}

std::string joules_text(base::Energy energy, base::Energy half_width) {
  return rounded(energy.joules(), half_width.joules());
}

std::string joules_text(const energy::EnergyEstimate* estimate) {
  return estimate != nullptr ? joules_text(estimate->energy, estimate->uncertainty.comparative()) : kNotAvailable;
}

std::string with_half_width(base::Energy energy, base::Energy half_width) {
  return joules_text(energy, half_width) + " ± " + joules_text(half_width, half_width);
}

std::string kilowatt_hours_text(base::Energy energy, base::Energy half_width) {
  return rounded(energy.kilowatt_hours(), half_width.kilowatt_hours()) + " kWh";
}

std::string energy_text(base::Energy energy, base::Energy half_width) {
  if (energy.joules() >= 1e6) return rounded(energy.joules() / 1e6, half_width.joules() / 1e6) + " MJ";
  if (energy.joules() >= 1e4) return rounded(energy.joules() / 1e3, half_width.joules() / 1e3) + " kJ";
  return joules_text(energy, half_width) + " J";
}

std::string following_text(double value, base::Energy energy, base::Energy half_width) {
  const double share = energy > base::Energy{} ? half_width / energy : 0;
  return rounded(value, std::abs(value) * share);
}

std::string half_width_text(base::Energy half_width, base::Energy energy) {
  if (!(energy > base::Energy{})) return kNotAvailable;
  const double percent = half_width / energy * 100;
  if (percent > 1000) return "> 1000";
  if (percent >= 9.95) return fmt::format("{:.0f}", percent);
  if (percent >= 0.995) return fmt::format("{:.1f}", percent);
  return percent >= 0.0995 ? fmt::format("{:.2f}", percent) : fmt::format("{:.3f}", std::max(percent, 0.001));
}

const char* boards_text(std::size_t boards) {
  return boards == 1 ? "this board" : "these boards";
}

std::string methods_text(const record::RunRecord& run, const std::string& unknown) {
  std::string text;
  for (const record::GpuRecord& gpu : run.gpus) {
    const energy::EnergyEstimate* best = gpu.energy.best();
    const std::string method(best == nullptr ? unknown : energy::method_text(*best));
    if (text.find(method) == std::string::npos) base::add_item(text, method);
  }
  return text;
}

std::string export_text(const record::ExportRecord& exported) {
  return fmt::format("{} of {} values accepted, {} read back", exported.accepted, exported.recorded, exported.verified);
}

std::string sources_text(const carbon::EmissionsAccount& emissions) {
  std::string text;
  for (const carbon::SlotEmissions& slot : emissions.slots)
    if (text.find(slot.intensity.source) == std::string::npos) base::add_item(text, slot.intensity.source);
  return one_line(text, kLongestCell);
}

std::string interval_text(const energy::Uncertainty& uncertainty, base::Energy energy, std::size_t boards) {
  return fmt::format("± {} % on {}, ± {} % absolute", half_width_text(uncertainty.comparative(), energy),
                     boards_text(boards), half_width_text(uncertainty.absolute(), energy));
}

}  // namespace gpubench::report
