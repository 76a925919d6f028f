#include "report/curve.h"

#include <algorithm>
#include <utility>

namespace gpubench::report {
namespace {

// In mean sampling intervals. The driver's 20 ms samples lie 9 to 31 ms apart: four intervals are not jitter.
constexpr double kGapIntervals = 4.0;

double gap_of(const CurveExtent& extent) {
  const double span = extent.last_seconds - extent.first_seconds;
  return extent.count > 1 ? kGapIntervals * span / static_cast<double>(extent.count - 1) : 0;
}

}  // namespace

CurveBuilder::CurveBuilder(CurveExtent extent) : extent_(extent), gap_seconds_(gap_of(extent)) {
  curve_.is_reduced = extent.count > extent.most_points;
  curve_.points.reserve(std::min(extent.count, extent.most_points));
}

void CurveBuilder::add(double seconds, double value) {
  if (any_ && seconds - previous_seconds_ > gap_seconds_) broken_ = true;
  std::size_t bucket = open_bucket_ + 1;
  if (curve_.is_reduced) {
    const double share = (seconds - extent_.first_seconds) / (extent_.last_seconds - extent_.first_seconds);
    bucket = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(extent_.most_points - 1));
  }
  if (open_count_ > 0 && bucket != open_bucket_) flush();
  if (open_count_ == 0) open_ = {0, value, 0, value, broken_ && any_};
  broken_ = false;  // a gap within one point's time cannot be seen
  open_bucket_ = bucket;
  open_.seconds += seconds;
  open_.mean += value;
  open_.low = std::min(open_.low, value);
  open_.high = std::max(open_.high, value);
  ++open_count_;
  previous_seconds_ = seconds;
  any_ = true;
}

void CurveBuilder::flush() {
  open_.seconds /= static_cast<double>(open_count_);
  open_.mean /= static_cast<double>(open_count_);
  curve_.points.push_back(open_);
  open_count_ = 0;
}

Curve CurveBuilder::take() {
  if (open_count_ > 0) flush();
  return std::move(curve_);
}

Curve sample_curve(const series::GpuSeries& gpu, base::SteadyTime origin, std::size_t most_points) {
  const auto extent = extent_of(gpu.power.get(), origin, most_points);
  if (!extent) return {};
  CurveBuilder builder(*extent);
  series::for_each(*gpu.power, [&](const meter::PowerSample& sample) {
    builder.add(base::to_seconds(sample.time - origin), sample.power.watts());
  });
  return builder.take();
}

Curve power_curve(const series::GpuSeries& gpu, base::SteadyTime origin, std::size_t most_points) {
  Curve samples = sample_curve(gpu, origin, most_points);
  const auto extent = samples.points.empty() ? extent_of(gpu.readings.get(), origin, most_points) : std::nullopt;
  if (!extent) return samples;
  CurveBuilder builder(*extent);
  series::for_each(*gpu.readings, [&](const meter::GpuReading& reading) {
    if (reading.power)
      builder.add(base::to_seconds(reading.time - origin), reading.power->watts());
    else
      builder.miss();
  });
  return builder.take();
}

}  // namespace gpubench::report
