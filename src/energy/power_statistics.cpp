#include "energy/power_statistics.h"

#include <algorithm>
#include <cmath>

namespace gpubench::energy {
namespace {

constexpr double kBinWatts = 4;
constexpr double kTailShare = 0.05;

bool next_to(base::SteadyTime time, base::SteadyTime moment) {
  return std::chrono::abs(time - moment) <= kNextTo;
}

}  // namespace

void PowerStatistics::EdgePower::add(base::Power power) {
  low = std::min(low.value_or(power), power);
  high = std::max(high.value_or(power), power);
  ++count;
}

void PowerStatistics::add(const meter::PowerSample& sample) {
  lowest_ = std::min(lowest_.value_or(sample.power), sample.power);
  highest_ = std::max(highest_.value_or(sample.power), sample.power);
  if (next_to(sample.time, window_.start)) at_start_.add(sample.power);
  if (next_to(sample.time, window_.end)) at_end_.add(sample.power);
  if (window_.contains(sample.time)) {
    const double bin = std::clamp(sample.power.watts() / kBinWatts, 0.0, static_cast<double>(kBins - 1));
    ++counts_[static_cast<std::size_t>(bin)];
    ++count_;
  }
  if (previous_ && sample.time > window_.start && previous_->time < area_end_) {
    const base::Duration distance = sample.time - previous_->time;
    const double joules = ((sample.power - previous_->power) * distance).joules();
    if (distance <= covered_) squares_ += joules * joules;
  }
  previous_ = sample;
}

base::Power PowerStatistics::quantile(double share) const {
  std::uint64_t seen = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    seen += counts_[bin];
    if (static_cast<double>(seen) > share * static_cast<double>(count_))
      return base::Power::from_watts((static_cast<double>(bin) + 0.5) * kBinWatts);
  }
  return highest_.value_or(base::Power{});
}

base::Power PowerStatistics::change_at(const EdgePower& swing, const PowerSpan& span) {
  return swing.count >= 3 ? *swing.high - *swing.low : span.high - span.low;
}

std::optional<PowerSpan> PowerStatistics::span() const {
  if (!lowest_) return std::nullopt;
  PowerSpan span{*lowest_, *highest_, *lowest_, *highest_, {}, {}};
  span.peak = *highest_;
  if (count_ > 0) {
    span.low = std::max(quantile(kTailShare), *lowest_);
    span.high = std::min(quantile(1 - kTailShare), *highest_);
  }
  span.at_start = change_at(at_start_, span);
  span.at_end = change_at(at_end_, span);
  return span;
}

base::Energy PowerStatistics::roughness() const {
  return base::Energy::from_joules(std::sqrt(squares_));
}

}  // namespace gpubench::energy
