#include "report/summary.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "report/figure_text.h"

namespace gpubench::report {
namespace {

PooledAverage pooled(const record::RunRecord& run, meter::ValueKind value) {
  PooledAverage result;
  double sum = 0;
  std::size_t count = 0;
  for (const record::GpuRecord& gpu : run.gpus) {
    const std::optional<record::Statistics>& statistics = gpu.statistics[value];
    result.supported = result.supported || reports(gpu.statistics, value);
    if (!statistics) continue;
    sum += statistics->average * static_cast<double>(statistics->utilized_count);
    count += statistics->utilized_count;
  }
  if (count > 0) result.average = sum / static_cast<double>(count);
  return result;
}

std::string different_names(const record::RunRecord& run) {
  std::vector<std::string> names;
  for (const record::GpuRecord& gpu : run.gpus)
    if (std::find(names.begin(), names.end(), gpu.gpu.name) == names.end()) names.push_back(gpu.gpu.name);
  std::string text;
  for (const std::string& name : names) base::add_item(text, name, ", ");
  return text;
}

void take_emissions(Summary& summary, const carbon::EmissionsAccount& account) {
  summary.total_carbon = account.total;
  summary.average_intensity = account.average;
  if (account.slots.empty()) return;
  summary.start_intensity = account.slots.front().intensity.intensity;
  summary.end_intensity = account.slots.back().intensity.intensity;
}

}  // namespace

Summary summarize(const record::RunRecord& run) {
  Summary summary;
  summary.gpu_names = different_names(run);
  if (!run.gpus.empty()) summary.first = run.gpus.front().gpu;
  if (!summary.first.power_limit) summary.first.power_limit = summary.first.max_power_limit;
  for (const meter::ValueFacts& value : meter::kValueFacts) summary.averages[value.kind] = pooled(run, value.kind);
  for (const record::GpuRecord& gpu : run.gpus) {
    summary.readings += gpu.statistics.readings;
    summary.busy_known = summary.busy_known && gpu.utilized_time.has_value();
  }
  if (run.emissions) take_emissions(summary, *run.emissions);
  return summary;
}

std::optional<base::Energy> ring_minus_counter(const energy::GpuEnergy& gpu) {
  if (!gpu.counter || !gpu.ring) return std::nullopt;
  return gpu.ring->energy - gpu.counter->energy;
}

std::optional<base::Ratio> ring_difference(const energy::GpuEnergy& gpu) {
  const std::optional<base::Energy> difference = ring_minus_counter(gpu);
  if (!difference || gpu.counter->energy <= base::Energy()) return std::nullopt;
  return base::Ratio::from_fraction(*difference / gpu.counter->energy);
}

}  // namespace gpubench::report
