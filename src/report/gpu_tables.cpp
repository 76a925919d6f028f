#include "report/gpu_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "base/text_table.h"
#include "record/activity.h"
#include "report/figure_text.h"
#include "report/summary.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

using meter::ValueKind;

std::string text_of(const std::optional<energy::EnergyEstimate>& estimate) {
  return joules_text(estimate ? &*estimate : nullptr);
}

// One GPU's energy as texts, for either form of the energy table.
struct EnergyTexts {
  std::string energy = kNotAvailable;
  std::string interval = kNotAvailable;
  std::string half_width = kNotAvailable;  // comparative, percent
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
  texts.counter = text_of(gpu.energy.counter);
  texts.samples = text_of(gpu.energy.ring);
  if (const energy::EnergyEstimate* best = gpu.energy.best()) {
    const energy::EnergyEstimate& sampled = gpu.energy.ring ? *gpu.energy.ring : *best;
    texts.energy = joules_text(best);
    texts.interval = interval_text(best->uncertainty, best->energy, 1);
    texts.half_width = half_width_text(best->uncertainty.comparative(), best->energy);
    texts.method = energy::method_text(*best);
    texts.coverage = coverage_text(sampled.coverage);
    texts.longest_gap = short_number(base::to_seconds(sampled.longest_gap), 3);
  }
  if (const auto difference = ring_difference(gpu.energy)) texts.difference = fmt::format("{:+.2f}", difference->percent());
  if (gpu.average_power) texts.average_power = short_number(gpu.average_power->watts(), 1);
  if (gpu.peak_power) texts.peak_power = short_number(gpu.peak_power->watts(), 1);
  return texts;
}

std::string counter_text(const energy::CounterCheck& check) {
  return std::string(energy::state_text(check.state)) + (check.reason.empty() ? "" : ": " + check.reason);
}

bool same_for_all(const record::RunRecord& run, const std::function<std::string(const record::GpuRecord&)>& text) {
  return std::all_of(run.gpus.begin(), run.gpus.end(),
                     [&](const record::GpuRecord& gpu) { return text(gpu) == text(run.gpus.front()); });
}

std::string average_cell(const record::GpuRecord& gpu, ValueKind kind) {
  const std::optional<record::Statistics>& statistics = gpu.statistics[kind];
  if (!statistics) return absence_text(gpu.statistics, kind);
  if (statistics->utilized_count > 0) return short_number(statistics->average, 1);
  return gpu.utilized_time ? kNotBusy : kBusyNotKnown;
}

std::string maximum_cell(const record::GpuRecord& gpu, ValueKind kind) {
  const std::optional<record::Statistics>& statistics = gpu.statistics[kind];
  return statistics ? plain_number(statistics->maximum, 1) : absence_text(gpu.statistics, kind);
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
    for (const record::ThrottleShare& share : gpu.statistics.throttling) {
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

}  // namespace

std::string one_energy_table(const record::GpuRecord& gpu) {
  const EnergyTexts texts = energy_texts(gpu);
  base::TextTable table({"Metric", "Value"});
  table.add_row({"Energy (J)", texts.energy});
  table.add_row({"Uncertainty (k = 2)", texts.interval});
  table.add_row({"Measured By", texts.method});
  table.add_row({"Energy by Counter (J)", texts.counter});
  table.add_row({"Energy by Power Samples (J)", texts.samples});
  table.add_row({"Power Samples against Counter (%)", texts.difference});
  table.add_row({"Counter State", counter_text(gpu.energy.check)});
  table.add_row({"Coverage by Samples (%)", texts.coverage});
  table.add_row({"Longest Gap between Samples (s)", texts.longest_gap});
  table.add_row({"Average Power of the Run (W)", texts.average_power});
  table.add_row({"Peak Power of the Run (W)", texts.peak_power});
  return table.text();
}

// A last column names what differs between the GPUs; what is the same for all is in another table.
std::string energy_table(const record::RunRecord& run) {
  const bool one_method = same_for_all(run, [](const record::GpuRecord& gpu) { return energy_texts(gpu).method; });
  std::vector<std::string> header = {"GPU",       "Energy (J)",   "± (%)",   "Counter (J)", "Samples (J)",
                                     "Diff. (%)", "Coverage (%)", "Gap (s)", "Average (W)", "Peak (W)"};
  if (!one_method) header.emplace_back("Measured By");
  base::TextTable table(header);
  for (const record::GpuRecord& gpu : run.gpus) {
    const EnergyTexts texts = energy_texts(gpu);
    table.add_row({std::to_string(gpu.gpu.index), texts.energy, texts.half_width, texts.counter, texts.samples,
                   texts.difference, texts.coverage, texts.longest_gap, texts.average_power, texts.peak_power,
                   texts.method});
  }
  return table.text();
}

std::string each_gpu_table(const record::RunRecord& run) {
  const bool one_name = same_for_all(run, [](const record::GpuRecord& gpu) { return gpu.gpu.name; });
  std::vector<std::string> header = {"GPU",          "Util. (%)",       "Power (W)",
                                     "Limit (W)",    "Temp. (\u00b0C)", "Max Temp. (\u00b0C)",
                                     "Memory (MiB)", "Clock (MHz)",     "Mem. Clock (MHz)"};
  if (!one_name) header.emplace_back("Name");
  base::TextTable table(header);
  for (const record::GpuRecord& gpu : run.gpus) {
    const auto& limit = gpu.gpu.power_limit ? gpu.gpu.power_limit : gpu.gpu.max_power_limit;
    table.add_row({std::to_string(gpu.gpu.index), average_cell(gpu, ValueKind::utilization),
                   average_cell(gpu, ValueKind::power), limit ? plain_number(limit->watts(), 1) : kNotSupported,
                   average_cell(gpu, ValueKind::temperature), maximum_cell(gpu, ValueKind::temperature),
                   average_cell(gpu, ValueKind::memory_used), average_cell(gpu, ValueKind::sm_clock),
                   average_cell(gpu, ValueKind::memory_clock), one_line(gpu.gpu.name, 40)});
  }
  return table.text();
}

std::string throttling_table(const record::RunRecord& run) {
  const std::vector<ReasonSpan> spans = throttling_spans(run);
  if (spans.empty()) return {};
  base::TextTable table({"Reason for Lower Clocks", "Share of Readings (%)", "Meaning"});
  for (const ReasonSpan& span : spans) {
    std::string share = short_number(span.highest, 1);
    if (short_number(span.lowest, 1) != share) share.insert(0, short_number(span.lowest, 1) + " to ");
    if (run.gpus.size() > 1) share += fmt::format(" ({} of {} GPUs)", span.gpus, run.gpus.size());
    table.add_row({span.reason, share, span.slowdown ? "THROTTLED by heat or hardware" : "normal at the power limit"});
  }
  return table.text();
}

std::vector<std::string> activity_headings(const record::RunRecord& run) {
  std::vector<std::string> headings{"GPU"};
  for (const ValueKind kind : record::known_activity(run)) {
    const meter::ValueFacts& facts = meter::facts_of(kind);
    headings.push_back(fmt::format("{} ({})", facts.title, facts.unit));
    if (kind == ValueKind::memory_activity) headings.emplace_back("Memory (GB/s, estimated)");
  }
  return headings;
}

std::vector<std::vector<std::string>> activity_rows(const record::RunRecord& run) {
  std::vector<std::vector<std::string>> rows;
  const std::vector<ValueKind> kinds = record::known_activity(run);
  if (kinds.empty()) return rows;
  for (const record::GpuRecord& gpu : run.gpus) {
    std::vector<std::string> row{std::to_string(gpu.gpu.index)};
    for (const ValueKind kind : kinds) {
      const auto& statistics = gpu.statistics[kind];
      row.push_back(statistics ? short_number(statistics->average_all, meter::facts_of(kind).decimals) : kNotAvailable);
      if (kind != ValueKind::memory_activity) continue;
      const auto estimated = record::estimates_of(record::activity_of(gpu), {gpu}).memory;
      row.push_back(estimated ? short_number(estimated->gigabytes_per_second(), 0) : kNotAvailable);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace gpubench::report
