#include "report/formatted_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/text_table.h"
#include "report/summary.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

constexpr int kDecimals = 5;                // the seed's
constexpr std::size_t kLongestCell = 100;   // characters of a foreign string
constexpr std::size_t kMostHalfHours = 12;  // rows of the half-hour table; a longer run's are in metrics.yml
constexpr const char* kNotAvailable = "not available";
constexpr const char* kNotSupported = "not supported";

std::string number(double value) {
  return short_number(value, kDecimals);
}

template <class Quantity>
std::string value_or(const std::optional<Quantity>& value, double (Quantity::*unit)() const, const char* otherwise) {
  return value ? number(((*value).*unit)()) : otherwise;
}

bool is_replay(const record::RunRecord& run) {
  return run.source.kind == meter::SourceKind::replay;
}

// Figures of a replay are marked wherever they could be quoted alone.
std::string marked(const record::RunRecord& run, std::string value) {
  return is_replay(run) ? value + " (REPLAY)" : value;
}

std::string outcome_text(const record::BenchmarkRecord& benchmark) {
  const std::string code = benchmark.exit_code ? fmt::format("exit code {}", *benchmark.exit_code) : "exit code not known";
  const std::string memory = benchmark.out_of_memory ? ", out of memory" : "";
  if (benchmark.interrupted) return "INTERRUPTED (" + code + memory + ")";
  return (benchmark.exit_code == 0 ? "succeeded (" : "FAILED (") + code + memory + ")";
}

// The methods behind the total, each once.
std::string methods_text(const record::RunRecord& run) {
  std::string text;
  for (const record::GpuRecord& gpu : run.gpus) {
    const energy::EnergyEstimate* best = gpu.energy.best();
    const std::string method(best == nullptr ? kNotAvailable : energy::method_text(best->method));
    if (text.find(method) == std::string::npos) text += (text.empty() ? "" : "; ") + method;
  }
  return text.empty() ? kNotAvailable : text;
}

std::string results_table(const record::RunRecord& run, const Summary& sum) {
  const record::BenchmarkRecord& benchmark = run.benchmark;
  const bool container = benchmark.kind == "container";
  const std::string& command = benchmark.command_line.empty() ? benchmark.name : benchmark.command_line;
  base::TextTable table({"Metric", "Value"});
  table.add_row({container ? "Benchmark Image Name" : "Benchmark Command",
                 one_line(container ? benchmark.name : command, kLongestCell)});
  if (benchmark.score) table.add_row({"Benchmark Score (s)", number(*benchmark.score)});
  table.add_row({"Benchmark Outcome", outcome_text(benchmark)});
  table.add_row({container ? "Elapsed Monitor Time of Container (s)" : "Elapsed Monitor Time of Command (s)",
                 short_number(base::to_seconds(run.elapsed()), 3)});
  table.add_row({"Total GPU Energy Consumed (kWh)",
                 marked(run, value_or(run.total_energy, &base::Energy::kilowatt_hours, kNotAvailable))});
  table.add_row(
      {"Total GPU Energy Consumed (J)", marked(run, value_or(run.total_energy, &base::Energy::joules, kNotAvailable))});
  table.add_row({"Total GPU Carbon Emissions (gCO2)",
                 marked(run, value_or(sum.total_carbon, &base::Emissions::grams, kNotAvailable))});
  table.add_row({"Energy Measured By", methods_text(run)});
  table.add_row({"Source of GPU Figures", one_line(run.source.description, kLongestCell)});
  table.add_row({"Run", one_line(run.run_id + (run.host.empty() ? "" : " on " + run.host), kLongestCell)});
  return table.text();
}

std::string carbon_source(const record::RunRecord& run) {
  std::string text;
  if (!run.emissions) return kNotAvailable;
  for (const carbon::SlotEmissions& slot : run.emissions->slots)
    if (text.find(slot.intensity.source) == std::string::npos) text += (text.empty() ? "" : "; ") + slot.intensity.source;
  return one_line(text, kLongestCell);
}

std::string carbon_table(const record::RunRecord& run, const Summary& sum) {
  std::string intensity = kNotAvailable;
  if (sum.average_intensity) intensity = short_number(sum.average_intensity->grams_per_kilowatt_hour(), 1);
  if (run.emissions && run.emissions->used_yearly_factor) intensity += " (YEARLY FACTOR used, see Findings)";
  base::TextTable table({"Metric", "Value"});
  table.add_row({"Average Carbon Forecast (gCO2/kWh)", intensity});
  table.add_row({"Carbon Forecast Start Time", base::utc_table_text(run.start_time()) + " UTC"});
  table.add_row({"Carbon Forecast End Time", base::utc_table_text(run.end_time()) + " UTC"});
  table.add_row({"Carbon Region", run.carbon_region.empty() ? kNotAvailable : one_line(run.carbon_region, kLongestCell)});
  table.add_row({"Carbon Source", carbon_source(run)});
  return table.text();
}

std::string half_hour_table(const record::RunRecord& run) {
  base::TextTable table({"From (UTC)", "To (UTC)", "Energy (J)", "Intensity (gCO2/kWh)", "Kind", "Emissions (gCO2)"});
  for (const carbon::SlotEmissions& slot : run.emissions->slots)
    table.add_row({base::utc_table_text(slot.from), base::utc_table_text(slot.to), short_number(slot.energy.joules(), 1),
                   short_number(slot.intensity.intensity.grams_per_kilowatt_hour(), 1),
                   std::string(carbon::kind_text(slot.intensity.kind)), number(slot.emissions.grams())});
  return table.text();
}

// An average over busy readings, or why there is none.
std::string average_text(const PooledAverage& pooled, const Summary& sum) {
  if (pooled.average) return number(*pooled.average);
  if (pooled.supported) return std::string(kNotAvailable) + " (no GPU was busy)";
  return sum.readings == 0 ? std::string(kNotAvailable) + " (no reading within the run)" : kNotSupported;
}

template <class Quantity>
std::string with_limit(std::string value, const char* name, const std::optional<Quantity>& limit,
                       double (Quantity::*unit)() const, std::string (*format)(double)) {
  return value + " (" + name + ": " + (limit ? format(((*limit).*unit)()) : kNotSupported) + ")";
}

// As the seed wrote them: power limit and clocks whole, memory with a decimal.
std::string whole(double value) {
  return plain_number(value, 1);
}

std::string gpu_table(const record::RunRecord& run, const Summary& sum) {
  const meter::GpuDescription& gpu = sum.first;
  base::TextTable table({"Metric", "Value"});
  table.add_row({"GPU Name", sum.gpu_names.empty() ? kNotAvailable : one_line(sum.gpu_names, kLongestCell)});
  table.add_row({"No. of GPUs", std::to_string(run.gpus.size())});
  table.add_row({"Average GPU Util. (for >0.00% GPU Util.) (%)", average_text(sum.utilization, sum)});
  table.add_row({"Avg GPU Power (for >0.00% GPU Util.) (W)",
                 with_limit(average_text(sum.power, sum), "Power Limit", gpu.power_limit, &base::Power::watts, whole)});
  table.add_row({"Avg GPU Temperature (for >0.00% GPU Util.) (C)", average_text(sum.temperature, sum)});
  table.add_row(
      {"Avg GPU Memory (for >0.00% GPU Util.) (MiB)",
       with_limit(average_text(sum.memory, sum), "Total Memory", gpu.memory_total, &base::Bytes::mebibytes, number)});
  table.add_row({"Average Clock Speed (MHz)",
                 with_limit(average_text(sum.sm_clock, sum), "Max", gpu.max_sm_clock, &base::Frequency::megahertz, whole)});
  table.add_row({"Average Memory Clock Speed (MHz)", with_limit(average_text(sum.memory_clock, sum), "Max",
                                                                gpu.max_memory_clock, &base::Frequency::megahertz, whole)});
  const auto threshold = [&](const char* row, const std::optional<base::Temperature>& value) {
    table.add_row({row, value ? plain_number(value->celsius(), 1) : kNotSupported});
  };
  threshold("Temperature Threshold - GPU Max (C)", gpu.max_operating_temperature);
  threshold("Temperature Threshold - Slowdown (C)", gpu.slowdown_temperature);
  threshold("Temperature Threshold - Shutdown (C)", gpu.shutdown_temperature);
  return table.text();
}

std::string joules_text(const std::optional<energy::EnergyEstimate>& estimate) {
  return estimate ? short_number(estimate->energy.joules(), 1) : kNotAvailable;
}

// A share below the whole is never rounded up to it.
std::string coverage_text(base::Ratio coverage) {
  const double percent = coverage.percent();
  return short_number(percent < 100 ? std::min(percent, 99.99) : percent, 2);
}

// One GPU's energy as texts, for either form of the energy table.
struct EnergyTexts {
  std::string energy = kNotAvailable;
  std::string method = kNotAvailable;
  std::string counter;
  std::string samples;
  std::string difference = kNotAvailable;
  std::string coverage = kNotAvailable;  // of the power samples; without them of the method used
  std::string longest_gap = kNotAvailable;
  std::string average_power = kNotAvailable;
  std::string peak_power = kNotAvailable;
};

EnergyTexts energy_texts(const record::GpuRecord& gpu) {
  EnergyTexts texts;
  texts.counter = joules_text(gpu.energy.counter);
  texts.samples = joules_text(gpu.energy.ring);
  if (const energy::EnergyEstimate* best = gpu.energy.best()) {
    const energy::EnergyEstimate& sampled = gpu.energy.ring ? *gpu.energy.ring : *best;
    texts.energy = short_number(best->energy.joules(), 1);
    texts.method = std::string(energy::method_text(best->method));
    texts.coverage = coverage_text(sampled.coverage);
    texts.longest_gap = short_number(base::to_seconds(sampled.longest_gap), 3);
  }
  if (const auto difference = ring_difference(gpu.energy)) texts.difference = fmt::format("{:+.2f}", difference->percent());
  if (gpu.average_power) texts.average_power = short_number(gpu.average_power->watts(), 1);
  if (gpu.peak_power) texts.peak_power = short_number(gpu.peak_power->watts(), 1);
  return texts;
}

std::string one_energy_table(const record::GpuRecord& gpu) {
  const EnergyTexts texts = energy_texts(gpu);
  base::TextTable table({"Metric", "Value"});
  table.add_row({"Energy (J)", texts.energy});
  table.add_row({"Measured By", texts.method});
  table.add_row({"Energy by Counter (J)", texts.counter});
  table.add_row({"Energy by Power Samples (J)", texts.samples});
  table.add_row({"Power Samples against Counter (%)", texts.difference});
  table.add_row({"Coverage by Samples (%)", texts.coverage});
  table.add_row({"Longest Gap between Samples (s)", texts.longest_gap});
  table.add_row({"Average Power of the Run (W)", texts.average_power});
  table.add_row({"Peak Power of the Run (W)", texts.peak_power});
  return table.text();
}

bool same_for_all(const record::RunRecord& run, const std::function<std::string(const record::GpuRecord&)>& text) {
  return std::all_of(run.gpus.begin(), run.gpus.end(),
                     [&](const record::GpuRecord& gpu) { return text(gpu) == text(run.gpus.front()); });
}

// A last column names what differs between the GPUs; what is the same for all is said once, in another table.
std::string energy_table(const record::RunRecord& run) {
  const bool one_method = same_for_all(run, [](const record::GpuRecord& gpu) { return energy_texts(gpu).method; });
  std::vector<std::string> header = {"GPU",          "Energy (J)", "Counter (J)", "Samples (J)", "Diff. (%)",
                                     "Coverage (%)", "Gap (s)",    "Average (W)", "Peak (W)"};
  if (!one_method) header.emplace_back("Measured By");
  base::TextTable table(header);
  for (const record::GpuRecord& gpu : run.gpus) {
    const EnergyTexts texts = energy_texts(gpu);
    table.add_row({std::to_string(gpu.gpu.index), texts.energy, texts.counter, texts.samples, texts.difference,
                   texts.coverage, texts.longest_gap, texts.average_power, texts.peak_power, texts.method});
  }
  return table.text();
}

std::string average_cell(const record::GpuRecord& gpu, const std::optional<record::Statistics>& statistics) {
  if (!statistics) return gpu.readings == 0 ? kNotAvailable : kNotSupported;
  return statistics->utilized_count > 0 ? short_number(statistics->average, 1) : "not busy";
}

std::string maximum_cell(const record::GpuRecord& gpu, const std::optional<record::Statistics>& statistics) {
  if (!statistics) return gpu.readings == 0 ? kNotAvailable : kNotSupported;
  return plain_number(statistics->maximum, 1);
}

std::string each_gpu_table(const record::RunRecord& run) {
  const bool one_name = same_for_all(run, [](const record::GpuRecord& gpu) { return gpu.gpu.name; });
  std::vector<std::string> header = {"GPU",           "Util. (%)",    "Power (W)",   "Limit (W)",       "Temp. (C)",
                                     "Max Temp. (C)", "Memory (MiB)", "Clock (MHz)", "Mem. Clock (MHz)"};
  if (!one_name) header.emplace_back("Name");
  base::TextTable table(header);
  for (const record::GpuRecord& gpu : run.gpus) {
    const auto& limit = gpu.gpu.power_limit ? gpu.gpu.power_limit : gpu.gpu.max_power_limit;
    table.add_row({std::to_string(gpu.gpu.index), average_cell(gpu, gpu.utilization), average_cell(gpu, gpu.power),
                   limit ? plain_number(limit->watts(), 1) : kNotSupported, average_cell(gpu, gpu.temperature),
                   maximum_cell(gpu, gpu.temperature), average_cell(gpu, gpu.memory), average_cell(gpu, gpu.sm_clock),
                   average_cell(gpu, gpu.memory_clock), one_line(gpu.gpu.name, 40)});
  }
  return table.text();
}

// One reason over all GPUs.
struct ReasonSpan {
  std::string reason;
  bool slowdown = false;
  double lowest = 0;  // percent, of the GPUs that gave it
  double highest = 0;
  std::size_t gpus = 0;
};

std::vector<ReasonSpan> throttling_spans(const record::RunRecord& run) {
  std::vector<ReasonSpan> spans;
  for (const record::GpuRecord& gpu : run.gpus) {
    for (const record::ThrottleShare& share : gpu.throttling) {
      const double percent = share.share.percent();
      auto span = std::find_if(spans.begin(), spans.end(), [&](const ReasonSpan& s) { return s.reason == share.reason; });
      if (span == spans.end())
        span = spans.insert(spans.end(), {std::string(share.reason), share.slowdown, percent, percent, 0});
      span->lowest = std::min(span->lowest, percent);
      span->highest = std::max(span->highest, percent);
      ++span->gpus;
    }
  }
  return spans;
}

std::string throttling_table(const record::RunRecord& run, const std::vector<ReasonSpan>& spans) {
  base::TextTable table({"Reason for Lower Clocks", "Share of Readings (%)", "Meaning"});
  for (const ReasonSpan& span : spans) {
    std::string share = short_number(span.highest, 1);
    if (short_number(span.lowest, 1) != share) share = short_number(span.lowest, 1) + " to " + share;
    if (run.gpus.size() > 1) share += fmt::format(" ({} of {} GPUs)", span.gpus, run.gpus.size());
    table.add_row({span.reason, share, span.slowdown ? "SLOWED DOWN by heat or hardware" : "normal at the power limit"});
  }
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
    text += "REPLAY: the GPU figures below come from a recorded trace, they were not measured in this run.\n\n";
  text += results_table(run, sum);
  text += section("Carbon Information", carbon_table(run, sum));
  const std::size_t half_hours = run.emissions ? run.emissions->slots.size() : 0;
  if (half_hours > 1 && half_hours <= kMostHalfHours) text += section("Carbon of Each Half-Hour", half_hour_table(run));
  if (half_hours > kMostHalfHours) text += fmt::format("\nEach of the {} half-hours is in metrics.yml.\n", half_hours);
  text += section("GPU Information", gpu_table(run, sum));
  if (run.gpus.size() == 1) text += section("GPU Energy", one_energy_table(run.gpus.front()));
  if (run.gpus.size() > 1) {
    text += section("Energy of Each GPU", energy_table(run));
    text += section("Each GPU (averages for >0.00% GPU Util.)", each_gpu_table(run));
  }
  const std::vector<ReasonSpan> spans = throttling_spans(run);
  if (!spans.empty()) text += section("Clocks Held Down", throttling_table(run, spans));
  return text + section("Findings", findings_text(run));
}

}  // namespace gpubench::report
