#include "meter/nvml/power_ring.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace gpubench::meter {
namespace {

// Twice an H200's ring; grown where a driver's is deeper.
constexpr std::size_t kUsualSize = 256;
constexpr std::size_t kGreatestSize = 16384;
// Year 2096: later stamps are garbage, and would overflow in nanoseconds.
constexpr std::uint64_t kLatestStampUs = 4'000'000'000'000'000;
constexpr int kClockIsWrong = 3;  // this many samples of one drain from the future are not stray ones
// When the whole ring is read again, a sample delivered before may be dated a little later than it was then, by as much as
// the wall clock was adjusted. Samples are at least 9 ms apart on an H200.
constexpr base::Duration kSameSample = std::chrono::milliseconds(5);

// The tightest of a few anchors: a thread that loses its processor between two clock readings dates everything wrong.
base::ClockAnchor tight_anchor(const platform::Clock& clock) {
  constexpr base::Duration kGoodEnough = std::chrono::microseconds(20);
  base::ClockAnchor best;
  base::Duration best_width = base::Duration::max();
  for (int attempt = 0; attempt < 4 && best_width > kGoodEnough; ++attempt) {
    const base::SteadyTime before = clock.now();
    const base::WallTime wall = clock.wall_now();
    const base::Duration width = clock.now() - before;
    if (width >= best_width) continue;
    best_width = width;
    best = {before + width / 2, wall};
  }
  return best;
}

bool dated(const NvmlSample& sample) {
  return sample.stamp_us > 0 && sample.stamp_us < kLatestStampUs;
}

base::WallTime stamp_of(const NvmlSample& sample) {
  return base::WallTime(std::chrono::microseconds(static_cast<std::int64_t>(sample.stamp_us)));
}

}  // namespace

PowerRing::PowerRing(const NvmlApi& api, NvmlHandle device, const platform::Clock& clock)
    : samples_(api.values.samples), device_(device), clock_(clock), buffer_(kUsualSize) {}

Field<std::vector<PowerSample>> PowerRing::drain() {
  driver_clock_.observe(tight_anchor(clock_));
  if (!driver_clock_.settled()) last_seen_us_ = 0;  // after a step back, new stamps are older than the newest one seen
  const bool whole_ring = last_seen_us_ == 0;
  const auto batch = fetch(last_seen_us_);
  if (!batch) return absent(batch.error());
  driver_clock_.observe(tight_anchor(clock_));
  if (whole_ring && driver_clock_.settled()) note_depth(*batch);
  return convert(*batch, whole_ring);
}

Field<PowerRing::Batch> PowerRing::fetch(std::uint64_t last_seen_us) {
  while (true) {
    Batch batch;
    auto count = static_cast<NvmlApi::Count>(buffer_.size());
    const int code = samples_(device_, kNvmlTotalPowerSamples, last_seen_us, &batch.value_type, &count, buffer_.data());
    if (code == kNvmlNotFound) return batch;  // nothing newer
    if (code != kNvmlSuccess && code != kNvmlInsufficientSize) return absent(absent_of(code));
    const bool all_fitted = code == kNvmlSuccess && count < buffer_.size();
    if (all_fitted || buffer_.size() >= kGreatestSize) {
      if (code != kNvmlSuccess) return absent(Absent::failed);
      batch.samples = std::span(buffer_).first(std::min<std::size_t>(count, buffer_.size()));
      return batch;
    }
    buffer_.resize(buffer_.size() * 2);
  }
}

void PowerRing::note_depth(const Batch& batch) {
  const auto oldest = std::find_if(batch.samples.begin(), batch.samples.end(), dated);
  if (oldest == batch.samples.end()) return;
  if (const auto time = driver_clock_.steady_time(stamp_of(*oldest))) {
    const base::Duration depth = clock_.now() - *time;
    driver_clock_.set_ring_depth(depth + depth / 4);
  }
}

Field<std::vector<PowerSample>> PowerRing::convert(const Batch& batch, bool whole_ring) {
  std::vector<PowerSample> result;
  result.reserve(batch.samples.size());
  std::uint64_t newest_us = last_seen_us_;
  int from_the_future = 0;
  for (const NvmlSample& sample : batch.samples) {
    if (!dated(sample) || sample.stamp_us <= last_seen_us_) continue;
    const auto time = driver_clock_.steady_time(stamp_of(sample));
    if (!time) ++from_the_future;
    if (!time) continue;
    newest_us = std::max(newest_us, sample.stamp_us);
    const auto milliwatts = number_of(batch.value_type, sample.value);
    if (milliwatts) result.push_back({*time, base::Power::from_milliwatts(*milliwatts)});
  }
  // Not while a step of the clock is sorted out: then a sample may be dropped for that.
  if (driver_clock_.settled() && from_the_future >= kClockIsWrong) return absent(Absent::failed);
  const bool delivered_before = last_delivered_ != base::SteadyTime::min();
  base::SteadyTime newest = whole_ring && delivered_before ? last_delivered_ + kSameSample : last_delivered_;
  std::stable_sort(result.begin(), result.end(), [](const PowerSample& a, const PowerSample& b) { return a.time < b.time; });
  const auto not_newer = [&](const PowerSample& sample) {
    if (sample.time <= newest) return true;
    newest = sample.time;
    return false;
  };
  result.erase(std::remove_if(result.begin(), result.end(), not_newer), result.end());
  if (!result.empty()) last_delivered_ = result.back().time;
  if (driver_clock_.settled()) last_seen_us_ = newest_us;
  return result;
}

}  // namespace gpubench::meter
