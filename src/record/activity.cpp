#include "record/activity.h"

#include <algorithm>

namespace gpubench::record {
namespace {

using meter::ValueKind;

// At this share of the highest of each. Empty: one is not known.
template <class Rate>
std::optional<Rate> together(const std::vector<GpuRecord>& gpus, std::optional<Rate> meter::GpuDescription::* highest,
                             std::optional<double> percent) {
  if (!percent || gpus.empty()) return std::nullopt;
  Rate sum;
  for (const GpuRecord& gpu : gpus) {
    if (!(gpu.gpu.*highest)) return std::nullopt;
    sum += *(gpu.gpu.*highest) * base::Ratio::from_percent(*percent).fraction();
  }
  return sum;
}

}  // namespace

std::vector<ValueKind> known_activity(const RunRecord& run) {
  std::vector<ValueKind> kinds;
  const auto all = run.all_gpus();
  for (const meter::ValueFacts& facts : meter::kValueFacts) {
    const bool is_known =
        std::any_of(all.begin(), all.end(), [&](const GpuRecord* gpu) { return gpu->statistics[facts.kind].has_value(); });
    if (facts.activity && is_known) kinds.push_back(facts.kind);
  }
  return kinds;
}

std::vector<phases::ActivityMean> activity_of(const GpuRecord& gpu) {
  std::vector<phases::ActivityMean> means;
  for (const meter::ValueFacts& facts : meter::kValueFacts)
    if (facts.activity && gpu.statistics[facts.kind]) means.push_back({facts.kind, gpu.statistics[facts.kind]->average_all});
  return means;
}

std::optional<double> activity_mean(const std::vector<phases::ActivityMean>& means, ValueKind kind) {
  const auto found = std::find_if(means.begin(), means.end(), [&](const auto& mean) { return mean.kind == kind; });
  return found == means.end() ? std::nullopt : std::optional(found->value);
}

ActivityEstimates estimates_of(const std::vector<phases::ActivityMean>& means, const std::vector<GpuRecord>& gpus) {
  return {together(gpus, &meter::GpuDescription::memory_bandwidth, activity_mean(means, ValueKind::memory_activity)),
          together(gpus, &meter::GpuDescription::fp32_rate, activity_mean(means, ValueKind::fp32_activity))};
}

}  // namespace gpubench::record
