#include "report/html/page_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/figure_text.h"
#include "report/footprint_table.h"
#include "report/gpu_event_tables.h"
#include "report/gpu_tables.h"
#include "report/html/escape.h"
#include "report/html/html_table.h"
#include "report/part_rows.h"
#include "report/summary.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

using meter::ValueKind;

std::string gpu_name(const meter::GpuDescription& gpu) {
  return "GPU " + std::to_string(gpu.index);
}

std::string joules(const std::optional<energy::EnergyEstimate>& estimate) {
  return joules_text(estimate ? &*estimate : nullptr);
}

// A share below the whole is never rounded up to it.
std::string percent(base::Ratio share) {
  const double value = share.percent();
  return short_number(value < 100 ? std::min(value, 99.99) : value, 2);
}

std::string watts(const std::optional<base::Power>& power) {
  return power ? short_number(power->watts(), 1) : kNotAvailable;
}

template <class Quantity>
std::string limit(const std::optional<Quantity>& value, double (Quantity::*unit)() const) {
  return value ? plain_number(((*value).*unit)(), 0) : kNotSupported;
}

// Half-width of an interval in joules; of a small one the first figure, for none is exactly 0.
std::string half_width(base::Energy energy) {
  const double joules = energy.joules();
  if (joules > 0 && joules < 0.095) return joules < 0.0005 ? "< 0.001" : fmt::format("\u00b1 {:.1g}", joules);
  return "\u00b1 " + joules_text(energy, energy);
}

void add_energy_row(HtmlTable& table, const record::GpuRecord& gpu) {
  const energy::EnergyEstimate* best = gpu.energy.best();
  if (best == nullptr) {
    table.add_row({gpu_name(gpu.gpu), kNotAvailable, "", "", "", joules(gpu.energy.counter), joules(gpu.energy.ring), "", "",
                   "", "", watts(gpu.peak_power)});
    return;
  }
  const auto difference = ring_difference(gpu.energy);
  const energy::EnergyEstimate& sampled = gpu.energy.ring ? *gpu.energy.ring : *best;
  table.add_row({gpu_name(gpu.gpu), joules_text(best), half_width(best->uncertainty.comparative()),
                 half_width(best->uncertainty.absolute()), energy::method_text(*best), joules(gpu.energy.counter),
                 joules(gpu.energy.ring), difference ? fmt::format("{:+.2f}", difference->percent()) : kNotAvailable,
                 percent(sampled.coverage), short_number(base::to_seconds(sampled.longest_gap), 3), watts(gpu.average_power),
                 watts(gpu.peak_power)});
}

void add_total_row(HtmlTable& table, const record::RunRecord& run) {
  if (!run.total_energy || run.gpus.size() < 2) return;
  table.add_row({"All", joules_text(*run.total_energy, total_uncertainty(run).comparative()),
                 half_width(total_uncertainty(run).comparative()), half_width(total_uncertainty(run).absolute()), "", "", "",
                 "", "", "", short_number((*run.total_energy / run.elapsed()).watts(), 1), ""},
                "total");
}

// The parts of the total's interval.
std::string terms_table(const record::RunRecord& run) {
  const energy::Uncertainty total = total_uncertainty(run);
  if (!run.total_energy || total.terms.empty()) return {};
  HtmlTable table("Parts of the total's uncertainty (95 % of cases)",
                  {"Cause", "Half-width (J)", "Of the total (%)", "Matters for", "Explanation"});
  for (const energy::UncertaintyTerm& term : total.terms) {
    const base::Energy width = 2.0 * term.standard;  // k = 2
    const double share = run.total_energy->joules() > 0 ? 100 * (width / *run.total_energy) : 0;
    table.add_row({one_line(term.name, 60), half_width(width), fmt::format("{:.2f}", share),
                   term.absolute_only ? "comparing boards" : "every comparison", one_line(term.explanation, 300)});
  }
  return table.text();
}

std::string average(const record::GpuRecord& gpu, ValueKind kind) {
  const std::optional<record::Statistics>& statistics = gpu.statistics[kind];
  if (!statistics) return absence_text(gpu.statistics, kind);
  if (statistics->utilized_count > 0) return short_number(statistics->average, 1);
  return gpu.utilized_time ? kNotBusy : kBusyNotKnown;
}

std::string maximum(const record::GpuRecord& gpu, ValueKind kind) {
  const std::optional<record::Statistics>& statistics = gpu.statistics[kind];
  return statistics ? plain_number(statistics->maximum, 1) : absence_text(gpu.statistics, kind);
}

std::string throttled(const record::GpuRecord& gpu) {
  std::string text;
  for (const record::ThrottleShare& share : gpu.statistics.throttling) {
    std::string reason(share.reason);
    std::replace(reason.begin(), reason.end(), '_', ' ');
    base::add_item(text, reason + " " + percent(share.share) + " %", ", ");
  }
  return text.empty() ? "never" : text;
}

std::string identity_table(const record::RunRecord& run) {
  HtmlTable table("Identity and limits", {"GPU", "Name", "UUID", "PCI bus", "Power limit (W)", "Memory (MiB)",
                                          "Highest SM clock (MHz)", "Highest memory clock (MHz)", "Slowdown at (\u00b0C)"});
  for (const record::GpuRecord& record : run.gpus) {
    const meter::GpuDescription& gpu = record.gpu;
    table.add_row({gpu_name(gpu), one_line(gpu.name, 100), one_line(gpu.uuid, 100), one_line(gpu.pci_bus_id, 100),
                   limit(gpu.power_limit, &base::Power::watts), limit(gpu.memory_total, &base::Bytes::mebibytes),
                   limit(gpu.max_sm_clock, &base::Frequency::megahertz),
                   limit(gpu.max_memory_clock, &base::Frequency::megahertz),
                   limit(gpu.slowdown_temperature, &base::Temperature::celsius)});
  }
  return table.text();
}

std::string activity_table(const record::RunRecord& run) {
  HtmlTable table("Averages while busy (utilisation above 0)",
                  {"GPU", "Utilisation (%)", "Power (W)", "Temperature (\u00b0C)", "Highest (\u00b0C)", "Memory (MiB)",
                   "Most memory (MiB)", "SM clock (MHz)", "Memory clock (MHz)", "Throttled by"});
  for (const record::GpuRecord& gpu : run.gpus)
    table.add_row({gpu_name(gpu.gpu), average(gpu, ValueKind::utilization), average(gpu, ValueKind::power),
                   average(gpu, ValueKind::temperature), maximum(gpu, ValueKind::temperature),
                   average(gpu, ValueKind::memory_used), maximum(gpu, ValueKind::memory_used),
                   average(gpu, ValueKind::sm_clock), average(gpu, ValueKind::memory_clock), throttled(gpu)});
  return table.text();
}

std::string html_activity(const record::RunRecord& run) {
  const auto rows = activity_rows(run);
  if (rows.empty()) return {};
  HtmlTable table("What the GPUs were doing", activity_headings(run));
  for (const auto& row : rows) table.add_row(row);
  return table.text() + "<p class=\"note\">" + html_text(kActivityRemark) + "</p>\n";
}

std::string html_events(const record::RunRecord& run) {
  const std::vector<GpuEventTexts> all = gpu_event_texts(run);
  if (all.empty()) return {};
  HtmlTable table("What the driver counted during the run",
                  {"GPU", "Throttled by the power cap (s)", "By heat (s)", "Memory errors corrected", "Not corrected",
                   "Error events (XID)", "Other users"});
  for (const GpuEventTexts& texts : all)
    table.add_row(
        {"GPU " + texts.gpu, texts.power_cap, texts.heat, texts.corrected, texts.uncorrected, texts.xids, texts.users});
  return table.text();
}

std::string html_other_gpus(const record::RunRecord& run) {
  if (run.other_gpus.empty()) return {};
  HtmlTable table("Other GPUs of this machine: not the benchmark's, in no total",
                  {"GPU", "Name", "Energy (J)", "Average power (W)", "Peak power (W)", "Utilisation (%)"});
  for (const record::GpuRecord& gpu : run.other_gpus) {
    const energy::EnergyEstimate* best = gpu.energy.best();
    table.add_row(
        {gpu_name(gpu.gpu), one_line(gpu.gpu.name, 100), joules_text(best), watts(gpu.average_power), watts(gpu.peak_power),
         gpu.statistics[ValueKind::utilization] ? short_number(gpu.statistics[ValueKind::utilization]->average_all, 1)
                                                : absence_text(gpu.statistics, ValueKind::utilization)});
  }
  return table.text() +
         "<p class=\"note\">How the benchmark's GPUs were chosen: " + html_text(one_line(run.facts.benchmark_gpus.by, 200)) +
         ".</p>\n";
}

std::string intensity_sources(const record::RunRecord& run) {
  std::vector<std::string> sources;
  for (const carbon::SlotEmissions& slot : run.emissions->slots)
    if (std::find(sources.begin(), sources.end(), slot.intensity.source) == sources.end())
      sources.push_back(slot.intensity.source);
  std::string text;
  for (const std::string& source : sources) base::add_item(text, one_line(source, 200));
  return text;
}

// The emissions' interval that follows from the energy's; no source states the interval of an intensity.
std::string interval_text(const carbon::EmissionsAccount& emissions) {
  return emissions.uncertainty ? html_text(" \u00b1 " + short_number(emissions.uncertainty->grams(), 5) + " from the energy")
                               : std::string();
}

std::string footprint(const record::RunRecord& run) {
  if (!run.footprint) return {};
  HtmlTable table("Footprint", {"Figure", "Value"});
  for (const auto& [name, value] : footprint_rows(*run.footprint)) table.add_row({name, value});
  return table.text();
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string definition_list(const Pairs& pairs) {
  std::string text = "<dl>";
  for (const auto& [term, value] : pairs)
    if (!value.empty()) text += "<dt>" + html_text(term) + "</dt><dd>" + html_text(value) + "</dd>\n";
  return text + "</dl>\n";
}

}  // namespace

energy::Uncertainty total_uncertainty(const record::RunRecord& run) {
  if (!run.total_uncertainty.terms.empty()) return run.total_uncertainty;
  std::vector<energy::Uncertainty> parts;
  for (const record::GpuRecord& gpu : run.gpus)
    if (const energy::EnergyEstimate* best = gpu.energy.best()) parts.push_back(best->uncertainty);
  return energy::of_sum(parts);
}

std::string html_energy(const record::RunRecord& run) {
  HtmlTable table(
      "Energy between the benchmark's start and end",
      {"GPU", "Energy (J)", "\u00b1 on this board (J)", "\u00b1 absolute (J)", "Method", "Counter (J)", "Power samples (J)",
       "Samples against counter (%)", "Coverage (%)", "Longest gap (s)", "Average power (W)", "Peak power (W)"});
  for (const record::GpuRecord& gpu : run.gpus) add_energy_row(table, gpu);
  add_total_row(table, run);
  return table.text() +
         "<p class=\"note\">Two intervals, each holding in about 95 % of cases: \u201con this board\u201d is for comparing "
         "runs on the same "
         "board; \u201cabsolute\u201d adds the gain error of the board's power sensor, which no software can see and which "
         "is the same "
         "for every run on that board. They cover the GPU boards only: no processor, memory, fan or power supply.</p>\n" +
         terms_table(run);
}

std::string html_carbon(const record::RunRecord& run) {
  if (!run.emissions)
    return std::string("<p>Not available: ") + (run.total_energy ? "the intensity of the grid" : "the energy") +
           " is not known.</p>\n";
  HtmlTable table("Each half-hour",
                  {"From (UTC)", "To (UTC)", "Energy (J)", "Intensity (gCO2/kWh)", "Kind", "Emissions (gCO2)"});
  for (const carbon::SlotEmissions& slot : run.emissions->slots)
    table.add_row({base::utc_table_text(slot.from), base::utc_table_text(slot.to), short_number(slot.energy.joules(), 1),
                   short_number(slot.intensity.intensity.grams_per_kilowatt_hour(), 1),
                   std::string(carbon::kind_text(slot.intensity.kind)), short_number(slot.emissions.grams(), 5)});
  return "<p>" + html_text(short_number(run.emissions->total.grams(), 5)) + " gCO2 of the GPUs in all" +
         interval_text(*run.emissions) + ", at " +
         html_text(short_number(run.emissions->average.grams_per_kilowatt_hour(), 1)) +
         " gCO2/kWh on average over the run. Source: " + html_text(intensity_sources(run)) + ".</p>\n" + table.text() +
         footprint(run);
}

std::string html_gpus(const record::RunRecord& run) {
  return activity_table(run) + html_activity(run) + html_events(run) + identity_table(run) + html_other_gpus(run);
}

std::string html_reproduce(const record::RunRecord& run) {
  const record::BenchmarkRecord& benchmark = run.benchmark;
  std::string text;
  if (!run.facts.invocation.empty())
    text += R"(<pre tabindex="0" aria-label="Command line of this run"><code>)" + html_text(one_line(run.facts.invocation)) +
            "</code></pre>\n";
  const auto code = benchmark.exit_code ? std::to_string(*benchmark.exit_code) : std::string("not known");
  text += definition_list({{"Benchmark", one_line(benchmark.name)},
                           {"Kind", benchmark.kind},
                           {"Its command", one_line(benchmark.command_line)},
                           {"Its image", one_line(benchmark.image_id)},
                           {"Engine", one_line(benchmark.engine)},
                           {"GPU access", benchmark.gpu_access},
                           {"Exit code", code},
                           {"Host", one_line(run.facts.host)},
                           {"GPU figures from", one_line(run.facts.source.description)},
                           {"Driver", one_line(run.facts.source.driver_version)},
                           {"Interval", plain_number(base::to_seconds(run.facts.interval), 3) + " s"},
                           {"Measured with", "iris-gpubench " + run.facts.tool_version},
                           {"Run", run.facts.run_id}});
  return text;
}

std::string html_parts(const record::RunRecord& run) {
  if (run.parts.empty()) return {};
  HtmlTable table("Each container", part_headings());
  for (const auto& row : part_rows(run)) table.add_row(row);
  return table.text() + "<p class=\"note\">" + html_text(kPartsRemark) + "</p>\n";
}

}  // namespace gpubench::report
