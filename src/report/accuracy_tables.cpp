#include "report/accuracy_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text_table.h"
#include "report/figure_text.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

using meter::ValueKind;

constexpr double kMilli = 1e3;

std::string milliseconds(base::Duration duration) {
  return short_number(base::to_seconds(duration) * kMilli, 1);
}

// Of figures that need samples: without them nothing is known.
std::string milliseconds_of(base::Duration duration, std::size_t samples) {
  return samples > 1 ? milliseconds(duration) : kNotAvailable;
}

std::string maximum(const std::optional<record::Statistics>& statistics) {
  return statistics ? plain_number(statistics->maximum, 1) : kNotAvailable;
}

std::string calls_text(const char* what, const meter::CallCost& cost) {
  return fmt::format("{} {} in {} ms", cost.calls, what, milliseconds(cost.time));
}

std::string cost_line(const record::RunRecord& run) {
  const record::ToolCost& cost = run.cost;
  const meter::DriverCalls& driver = run.sampling.driver;
  const double share = cost.cpu_seconds / base::to_seconds(run.elapsed());
  return fmt::format(
      "This tool: {:.3f} s of CPU ({:.2f} % of one core over the run), at most {:.1f} MiB; driver calls: {}, {}, {}.\n",
      cost.cpu_seconds, share * 100, cost.peak_resident.mebibytes(), calls_text("readings", driver.readings),
      calls_text("drains", driver.drains), calls_text("counter readings", driver.counters));
}

// Never "-0.0".
double rounded_tenths(double value) {
  return std::round(value * 10) / 10 + 0.0;
}

std::string sampling_line(const record::RunRecord& run) {
  if (!run.tool_cost_known())
    return "Late interval readings and the cost of this tool: not known, as it was killed before it could count them.\n";
  const sampler::SamplerHealth& sampling = run.sampling;
  const std::string text = fmt::format("Interval readings late or skipped: {} of {}, the worst by {} ms. ", sampling.late,
                                       sampling.deadlines, milliseconds(sampling.worst_lateness));
  return text + cost_line(run) +
         fmt::format("Wall clock against steady clock: {:+.1f} ms.\n",
                     rounded_tenths(base::to_seconds(sampling.wall_clock_step) * kMilli));
}

template <class Quantity>
std::string known(const std::optional<Quantity>& value, double (Quantity::*unit)() const) {
  return value ? short_number(((*value).*unit)(), 1) : kNotAvailable;
}

std::string level(const std::optional<energy::IdleLevel>& idle) {
  return idle ? short_number(idle->power.watts(), 1) : kNotAvailable;
}

std::string idle_remark(const energy::IdleBaseline& idle) {
  return idle.doubt.empty() ? "idle and settled before the run" : idle.doubt;
}

}  // namespace

std::string quality_table(const record::RunRecord& run) {
  if (run.gpus.empty()) return sampling_line(run);
  base::TextTable table({"GPU", "Counter", "Restarts", "Samples", "Lost", "Coverage (%)", "Longest Gap (ms)",
                         "Sample Jitter (ms)", "Reading Jitter (ms)"});
  for (const record::GpuRecord& gpu : run.gpus) {
    const record::SeriesQuality& quality = gpu.quality;
    const auto& ring = gpu.energy.ring;
    table.add_row({std::to_string(gpu.gpu.index), std::string(energy::state_text(gpu.energy.check.state)),
                   std::to_string(quality.counter_restarts), std::to_string(quality.ring.samples),
                   std::to_string(quality.ring.lost), ring ? coverage_text(ring->coverage) : kNotAvailable,
                   ring ? milliseconds(ring->longest_gap) : kNotAvailable,
                   milliseconds_of(quality.ring.jitter, quality.ring.samples),
                   milliseconds_of(quality.reading_jitter, gpu.statistics.readings)});
  }
  return table.text() + sampling_line(run);
}

std::string idle_table(const record::RunRecord& run) {
  const bool any = std::any_of(run.gpus.begin(), run.gpus.end(),
                               [](const record::GpuRecord& gpu) { return gpu.energy.idle.before.has_value(); });
  if (!any) return {};
  base::TextTable table({"GPU", "Before (W)", "After (W)", "Energy above Idle (J)", "± (%)", "Conditions"});
  for (const record::GpuRecord& gpu : run.gpus) {
    const energy::IdleBaseline& idle = gpu.energy.idle;
    const std::string width =
        idle.above ? half_width_text(idle.uncertainty.comparative(), *idle.above) : std::string(kNotAvailable);
    table.add_row({std::to_string(gpu.gpu.index), level(idle.before), level(idle.after),
                   known(idle.above, &base::Energy::joules), width, idle_remark(idle)});
  }
  return table.text();
}

std::string utilized_table(const record::RunRecord& run) {
  const bool any = std::any_of(run.gpus.begin(), run.gpus.end(),
                               [](const record::GpuRecord& gpu) { return gpu.utilized_time.has_value(); });
  if (!any) return {};
  base::TextTable table({"GPU", "Utilised (s)", "Energy Utilised (J)", "Power Utilised (W)", "Peak Power (W)",
                         "Max Temp. (\u00b0C)", "Max Memory (MiB)"});
  for (const record::GpuRecord& gpu : run.gpus) {
    const bool busy = gpu.utilized_time && gpu.utilized_time->count() > 0 && gpu.utilized_energy;
    const auto power = busy ? std::optional(*gpu.utilized_energy / *gpu.utilized_time) : std::nullopt;
    table.add_row({std::to_string(gpu.gpu.index),
                   gpu.utilized_time ? short_number(base::to_seconds(*gpu.utilized_time), 1) : kNotAvailable,
                   known(gpu.utilized_energy, &base::Energy::joules), known(power, &base::Power::watts),
                   known(gpu.peak_power, &base::Power::watts), maximum(gpu.statistics[ValueKind::temperature]),
                   maximum(gpu.statistics[ValueKind::memory_used])});
  }
  return table.text();
}

}  // namespace gpubench::report
