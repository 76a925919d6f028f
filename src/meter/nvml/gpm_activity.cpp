#include "meter/nvml/gpm_activity.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <utility>

#include "meter/nvml/optional_call.h"

namespace gpubench::meter {
namespace {

using namespace std::chrono_literals;

// NVIDIA: what lies closer together has no meaning.
constexpr base::Duration kLeastApart = 100ms;
constexpr double kMostAtOnce = 3;  // samples, after a pause
constexpr double kMostPercent = 100;
// Rounding, and the ends of the samples of different parts.
constexpr double kAbovePercent = 5;

constexpr std::array<std::uint32_t, kNvmlGpmMetrics> kMetrics{
    kNvmlGpmSmActivity, kNvmlGpmSmOccupancy, kNvmlGpmTensor,       kNvmlGpmFp64,       kNvmlGpmFp32,          kNvmlGpmFp16,
    kNvmlGpmMemory,     kNvmlGpmPcieSent,    kNvmlGpmPcieReceived, kNvmlGpmNvlinkSent, kNvmlGpmNvlinkReceived};

bool supports(const NvmlApi& api, NvmlHandle device) {
  if (api.activity.support == nullptr || api.activity.sample_alloc == nullptr || api.activity.sample_free == nullptr ||
      api.activity.sample_get == nullptr || api.activity.metrics_get == nullptr)
    return false;
  NvmlGpmSupport support;
  return api.activity.support(device, &support) == kNvmlSuccess && support.is_supported != 0;
}

Field<double> value_of(const NvmlGpmMetricsGet& all, std::uint32_t id) {
  const auto* const found =
      std::find_if(all.metrics.begin(), all.metrics.end(), [&](const NvmlGpmMetric& metric) { return metric.id == id; });
  if (found->code == kNvmlNoPermission) return absent(Absent::unsupported);
  if (found->code != kNvmlSuccess) return absent(absent_of(found->code));
  if (!std::isfinite(found->value) || found->value < 0) return absent(Absent::failed);
  return found->value;
}

// Of a MIG instance an activity may be far above 100 %: that is none.
Field<base::Ratio> ratio_of(const NvmlGpmMetricsGet& all, std::uint32_t id) {
  const auto percent = value_of(all, id);
  if (!percent) return absent(percent.error());
  if (*percent > kMostPercent + kAbovePercent) return absent(Absent::failed);
  return base::Ratio::from_percent(std::min(*percent, kMostPercent));
}

Field<base::DataRate> rate_of(const NvmlGpmMetricsGet& all, std::uint32_t id) {
  return value_of(all, id).map(base::DataRate::from_mebibytes_per_second);
}

// Some drivers count what is sent over NVLink but not what is received.
Field<base::DataRate> received_over_nvlink(const NvmlGpmMetricsGet& all, const Field<base::DataRate>& sent) {
  auto received = rate_of(all, kNvmlGpmNvlinkReceived);
  const bool is_not_counted =
      received && sent && *received == base::DataRate() && *sent > base::DataRate::from_mebibytes_per_second(1);
  if (is_not_counted) return absent(Absent::unsupported);
  return received;
}

void set_all(GpuReading& reading, Absent why) {
  for (auto* ratio : {&reading.activity.sm, &reading.activity.occupancy, &reading.activity.tensor, &reading.activity.fp64,
                      &reading.activity.fp32, &reading.activity.fp16, &reading.activity.memory})
    *ratio = absent(why);
  for (auto* rate : {&reading.activity.pcie_sent, &reading.activity.pcie_received, &reading.activity.nvlink_sent,
                     &reading.activity.nvlink_received})
    *rate = absent(why);
}

void take_metrics(GpuReading& reading, const NvmlGpmMetricsGet& metrics) {
  reading.activity.sm = ratio_of(metrics, kNvmlGpmSmActivity);
  reading.activity.occupancy = ratio_of(metrics, kNvmlGpmSmOccupancy);
  reading.activity.tensor = ratio_of(metrics, kNvmlGpmTensor);
  reading.activity.fp64 = ratio_of(metrics, kNvmlGpmFp64);
  reading.activity.fp32 = ratio_of(metrics, kNvmlGpmFp32);
  reading.activity.fp16 = ratio_of(metrics, kNvmlGpmFp16);
  reading.activity.memory = ratio_of(metrics, kNvmlGpmMemory);
  reading.activity.pcie_sent = rate_of(metrics, kNvmlGpmPcieSent);
  reading.activity.pcie_received = rate_of(metrics, kNvmlGpmPcieReceived);
  reading.activity.nvlink_sent = rate_of(metrics, kNvmlGpmNvlinkSent);
  reading.activity.nvlink_received = received_over_nvlink(metrics, reading.activity.nvlink_sent);
}

}  // namespace

GpmActivity::Sample::Sample(const NvmlApi& api) : handle_(nullptr, Free{api.activity.sample_free}) {
  NvmlHandle sample = nullptr;
  if (api.activity.sample_alloc(&sample) == kNvmlSuccess) handle_.reset(sample);
}

GpmActivity::GpmActivity(const NvmlApi& api, NvmlHandle device)
    : device_(device), sample_get_(api.activity.sample_get), metrics_get_(api.activity.metrics_get) {
  if (!supports(api, device)) return;
  std::array<Sample, 2> samples{Sample(api), Sample(api)};
  if (samples[0].get() != nullptr && samples[1].get() != nullptr) samples_ = std::move(samples);
}

bool GpmActivity::is_due(base::SteadyTime now) {
  const double passed = counted_ == base::SteadyTime{} ? kMostAtOnce : base::to_seconds(now - counted_);
  counted_ = now;
  allowance_ = std::min(allowance_ + passed, kMostAtOnce);
  if (allowance_ < 1 || (any_ && now - taken_ < kLeastApart)) return false;
  allowance_ -= 1;
  return true;
}

void GpmActivity::read(GpuReading& reading, base::SteadyTime now) {
  if (!samples_) return;
  set_all(reading, Absent::failed);  // nothing yet, or not this time
  if (!is_due(now)) return;
  const std::size_t next = 1 - latest_;
  const int code = sample_get_(device_, (*samples_)[next].get());
  if (code == kNvmlNoPermission || absent_of(code) == Absent::unsupported) {
    set_all(reading, Absent::unsupported);
    if (!any_) samples_.reset();
    return;
  }
  if (code != kNvmlSuccess) {
    set_all(reading, absent_of(code));
    return;
  }
  const bool is_first = !std::exchange(any_, true);
  taken_ = now;
  latest_ = next;
  if (is_first) return;
  NvmlGpmMetricsGet metrics;
  metrics.count = kNvmlGpmMetrics;
  metrics.from = (*samples_)[1 - next].get();
  metrics.to = (*samples_)[next].get();
  for (std::size_t i = 0; i < kMetrics.size(); ++i) metrics.metrics[i].id = kMetrics[i];
  if (metrics_get_(&metrics) == kNvmlSuccess) take_metrics(reading, metrics);
}

}  // namespace gpubench::meter
