#include "report/formatted_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/text_table.h"
#include "record/work_rate.h"
#include "report/accuracy_tables.h"
#include "report/figure_text.h"
#include "report/footprint_table.h"
#include "report/gpu_event_tables.h"
#include "report/gpu_tables.h"
#include "report/outcome.h"
#include "report/part_rows.h"
#include "report/phases.h"
#include "report/summary.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

using meter::ValueKind;

constexpr std::size_t kLongestDescription = 300;
constexpr std::size_t kMostHalfHours = 12;  // rows of the half-hour table; a longer run's are in metrics.yml

std::string number(double value) {
  return short_number(value, kTableDecimals);
}

template <class Quantity>
std::string value_or(const std::optional<Quantity>& value, double (Quantity::*unit)() const, const char* otherwise) {
  return value ? number(((*value).*unit)()) : otherwise;
}

bool is_replay(const record::RunRecord& run) {
  return run.facts.source.is_replay();
}

// Figures of a replay are marked wherever they could be quoted alone.
std::string marked(const record::RunRecord& run, const std::string& value) {
  return is_replay(run) ? value + " (REPLAY)" : value;
}

std::string parts_table(const record::RunRecord& run) {
  base::TextTable table(part_headings());
  for (auto& row : part_rows(run)) table.add_row(std::move(row));
  return table.text() + kPartsRemark + "\n";
}

std::string phases_table(const record::RunRecord& run) {
  constexpr std::size_t kMostPhases = 40;
  base::TextTable table(phase_headings(run));
  for (auto& row : phase_rows(run, kMostPhases)) table.add_row(std::move(row));
  std::string text = table.text();
  for (const std::string& remark : phase_remarks(run, kMostPhases)) text += remark + "\n";
  return text;
}

std::string activity_table(const record::RunRecord& run) {
  const auto rows = activity_rows(run);
  if (rows.empty()) return {};
  base::TextTable table(activity_headings(run));
  for (const auto& row : rows) table.add_row(row);
  return table.text() + kActivityRemark + "\n";
}

std::string following_energy(const record::RunRecord& run, double value) {
  return following_text(value, run.total_energy.value_or(base::Energy{}), run.total_uncertainty.comparative());
}

// The work that the benchmark reports, and what a unit of it took.
void add_work(base::TextTable& table, const record::RunRecord& run) {
  if (!run.benchmark.work) return;
  const record::Work& work = *run.benchmark.work;
  const record::WorkRate rate = record::work_rate(run);
  const std::string unit = one_line(work.unit, kLongestUnit);
  table.add_row({"Benchmark Work (" + unit + ")", number(work.amount)});
  if (rate.per_second) table.add_row({"Work Rate (" + unit + "/s)", rounded(*rate.per_second, 0)});
  const std::string boards = std::string(" on ") + boards_text(run.gpus.size()) + ", \u00b1 ";
  if (rate.energy)
    table.add_row(
        {"Energy per Work (J/" + unit + ")", marked(run, with_half_width(*rate.energy, rate.comparative) + boards +
                                                             joules_text(rate.absolute, rate.absolute) + " absolute")});
  if (rate.emissions)
    table.add_row({"Emissions per Work (gCO2/" + unit + ")", marked(run, following_energy(run, rate.emissions->grams()))});
}

void add_total_energy(base::TextTable& table, const record::RunRecord& run) {
  std::string kilowatt_hours = kNotAvailable;
  std::string joules = kNotAvailable;
  if (run.total_energy) {
    const base::Energy half = run.total_uncertainty.comparative();
    kilowatt_hours = rounded(run.total_energy->kilowatt_hours(), half.kilowatt_hours());
    joules = joules_text(*run.total_energy, half);
  }
  table.add_row({"Total GPU Energy Consumed (kWh)", marked(run, kilowatt_hours)});
  table.add_row({"Total GPU Energy Consumed (J)", marked(run, joules)});
}

std::string results_table(const record::RunRecord& run, const Summary& sum) {
  const record::BenchmarkRecord& benchmark = run.benchmark;
  const bool container = benchmark.kind == "container";
  const std::string& program = benchmark.what_ran.empty() ? benchmark.name : benchmark.what_ran;
  const std::string& command = benchmark.command_line.empty() ? program : benchmark.command_line;
  base::TextTable table({"Metric", "Value"});
  table.add_row(
      {container ? "Benchmark Image Name" : "Benchmark Command", one_line(container ? program : command, kLongestCell)});
  if (!benchmark.what_ran.empty()) table.add_row({"Benchmark Name", one_line(benchmark.name, kLongestCell)});
  if (benchmark.score) table.add_row({"Benchmark Score (s)", number(*benchmark.score)});
  table.add_row({"Benchmark Outcome", outcome_line(run)});
  table.add_row({container ? "Elapsed Monitor Time of Container (s)" : "Elapsed Monitor Time of Command (s)",
                 short_number(base::to_seconds(run.elapsed()), 3)});
  add_total_energy(table, run);
  if (run.total_energy)
    table.add_row(
        {"Uncertainty of the Energy (k = 2)", interval_text(run.total_uncertainty, *run.total_energy, run.gpus.size())});
  table.add_row({"Total GPU Carbon Emissions (gCO2)",
                 marked(run, value_or(sum.total_carbon, &base::Emissions::grams, kNotAvailable))});
  add_work(table, run);
  if (run.exported.requested)
    table.add_row({"Exported", export_text(run.exported) + " by " + one_line(run.exported.destination, kLongestCell)});
  table.add_row({"Energy Measured By", run.gpus.empty() ? kNotAvailable : methods_text(run, kNotAvailable)});
  table.add_row({"Source of GPU Figures", one_line(run.facts.source.description, kLongestDescription)});
  table.add_row({"Run", one_line(run.facts.run_id + (run.facts.host.empty() ? "" : " on " + run.facts.host), kLongestCell)});
  return table.text();
}

std::string carbon_table(const record::RunRecord& run, const Summary& sum) {
  std::string intensity = kNotAvailable;
  if (sum.average_intensity) intensity = short_number(sum.average_intensity->grams_per_kilowatt_hour(), 1);
  if (run.emissions && run.emissions->used_yearly_factor) intensity += " (YEARLY FACTOR used)";
  base::TextTable table({"Metric", "Value"});
  table.add_row({"Average Carbon Forecast (gCO2/kWh)", intensity});
  table.add_row({"Carbon Forecast Start Time", base::utc_table_text(run.start_time()) + " UTC"});
  table.add_row({"Carbon Forecast End Time", base::utc_table_text(run.end_time()) + " UTC"});
  table.add_row({"Carbon Region", run.carbon_place.empty() ? kNotAvailable : one_line(run.carbon_place, kLongestCell)});
  table.add_row({"Carbon Source", run.emissions ? sources_text(*run.emissions) : kNotAvailable});
  return table.text();
}

std::string half_hour_table(const record::RunRecord& run) {
  base::TextTable table({"From (UTC)", "To (UTC)", "Energy (J)", "Intensity (gCO2/kWh)", "Kind", "Emissions (gCO2)"});
  for (const carbon::SlotEmissions& slot : run.emissions->slots)
    table.add_row({base::utc_table_text(slot.from), base::utc_table_text(slot.to),
                   following_energy(run, slot.energy.joules()),
                   short_number(slot.intensity.intensity.grams_per_kilowatt_hour(), 1),
                   std::string(carbon::kind_text(slot.intensity.kind)), following_energy(run, slot.emissions.grams())});
  return table.text();
}

// An average over busy readings, or why there is none.
std::string average_text(const PooledAverage& pooled, const Summary& sum) {
  if (pooled.average) return number(*pooled.average);
  if (sum.readings == 0) return std::string(kNotAvailable) + " (no reading within the run)";
  if (!pooled.supported) return kNotSupported;
  return std::string(kNotAvailable) + (sum.busy_known ? " (no GPU was busy)" : " (it is not known when the GPU was busy)");
}

template <class Quantity>
std::string with_limit(const std::string& value, const char* name, const std::optional<Quantity>& limit,
                       double (Quantity::*unit)() const, std::string (*format)(double)) {
  return value + " (" + name + ": " + (limit ? format(((*limit).*unit)()) : kNotSupported) + ")";
}

// As the predecessor wrote them: power limit and clocks whole, memory with a decimal.
std::string whole(double value) {
  return plain_number(value, 1);
}

std::string gpu_count_text(const record::RunRecord& run) {
  std::string count = std::to_string(run.gpus.size());
  if (run.other_gpus.empty()) return count;
  return count + " of " + std::to_string(run.gpus.size() + run.other_gpus.size()) + " (by " +
         one_line(run.facts.benchmark_gpus.by, kLongestCell) + ")";
}

std::string gpu_table(const record::RunRecord& run, const Summary& sum) {
  const meter::GpuDescription& gpu = sum.first;
  base::TextTable table({"Metric", "Value"});
  table.add_row({"GPU Name", sum.gpu_names.empty() ? kNotAvailable : one_line(sum.gpu_names, kLongestCell)});
  table.add_row({"No. of GPUs", gpu_count_text(run)});
  table.add_row({"Average GPU Util. (for >0.00% GPU Util.) (%)", average_text(sum.averages[ValueKind::utilization], sum)});
  table.add_row(
      {"Avg GPU Power (for >0.00% GPU Util.) (W)", with_limit(average_text(sum.averages[ValueKind::power], sum),
                                                              "Power Limit", gpu.power_limit, &base::Power::watts, whole)});
  table.add_row({"Avg GPU Temperature (for >0.00% GPU Util.) (C)", average_text(sum.averages[ValueKind::temperature], sum)});
  table.add_row({"Avg GPU Memory (for >0.00% GPU Util.) (MiB)",
                 with_limit(average_text(sum.averages[ValueKind::memory_used], sum), "Total Memory", gpu.memory_total,
                            &base::Bytes::mebibytes, number)});
  table.add_row({"Average Clock Speed (MHz)", with_limit(average_text(sum.averages[ValueKind::sm_clock], sum), "Max",
                                                         gpu.max_sm_clock, &base::Frequency::megahertz, whole)});
  table.add_row(
      {"Average Memory Clock Speed (MHz)", with_limit(average_text(sum.averages[ValueKind::memory_clock], sum), "Max",
                                                      gpu.max_memory_clock, &base::Frequency::megahertz, whole)});
  const auto threshold = [&](const char* row, const std::optional<base::Temperature>& value) {
    table.add_row({row, value ? plain_number(value->celsius(), 1) : kNotSupported});
  };
  threshold("Temperature Threshold - GPU Max (C)", gpu.max_operating_temperature);
  threshold("Temperature Threshold - Slowdown (C)", gpu.slowdown_temperature);
  threshold("Temperature Threshold - Shutdown (C)", gpu.shutdown_temperature);
  return table.text();
}

// Broken at spaces to lines of at most `width` characters, further lines indented by two.
std::string wrapped(const std::string& text, std::size_t width) {
  std::string result;
  std::size_t column = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (column > 0) {
      const bool fits = column + 1 + word.size() <= width;
      result += fits ? " " : "\n  ";
      column = fits ? column + 1 : 2;
    }
    result += word;
    column += word.size();
    begin = end + 1;
  }
  return result + "\n";
}

std::string findings_text(const record::RunRecord& run) {
  if (run.findings.empty()) return "none\n";
  std::string text;
  for (const record::Finding& finding : run.findings) text += wrapped("- " + one_line(record::finding_text(finding)), 110);
  return text;
}

std::string section(const char* title, const std::string& content) {
  return "\n" + std::string(title) + "\n\n" + content;
}

}  // namespace

std::string formatted_tables(const record::RunRecord& run) {
  const Summary sum = summarize(run);
  std::string text = "GPU and Carbon Performance Results\n\n";
  if (is_replay(run))
    text += "REPLAY: the GPU figures below come from a recorded trace. They were not measured in this run.\n\n";
  text += results_table(run, sum);
  if (!run.parts.empty()) text += section("Containers", parts_table(run));
  if (run.phases) text += section("Phases", phases_table(run));
  text += section("Carbon Information", carbon_table(run, sum));
  const std::size_t half_hours = run.emissions ? run.emissions->slots.size() : 0;
  if (half_hours > 1 && half_hours <= kMostHalfHours) text += section("Carbon of Each Half-Hour", half_hour_table(run));
  if (half_hours > kMostHalfHours) text += fmt::format("\nEach of the {} half-hours is in metrics.yml.\n", half_hours);
  if (run.footprint) text += section("Carbon Footprint", footprint_table(*run.footprint));
  text += section("GPU Information", gpu_table(run, sum));
  if (run.gpus.size() == 1) text += section("GPU Energy", one_energy_table(run.gpus.front()));
  if (run.gpus.size() > 1) {
    text += section("Energy of Each GPU", energy_table(run));
    text += section("Each GPU (averages for >0.00% GPU Util.)", each_gpu_table(run));
  }
  const auto section_if_any = [&](const char* title, const std::string& table) {
    if (!table.empty()) text += section(title, table);
  };
  section_if_any("What the GPUs Were Doing", activity_table(run));
  section_if_any("While Utilised, and Peaks", utilized_table(run));
  section_if_any("Idle Power, and Energy above It", idle_table(run));
  section_if_any("Throttled Clocks", throttling_table(run));
  section_if_any("Counted by the Driver", gpu_events_table(run));
  section_if_any("Other GPUs of This Machine (not the benchmark's, in no total)", other_gpus_table(run));
  section_if_any("Quality of the Measurement", quality_table(run));
  return text + section("Findings", findings_text(run));
}

}  // namespace gpubench::report
