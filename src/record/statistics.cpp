#include "record/statistics.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "meter/activity.h"
#include "meter/throttle_reasons.h"
#include "record/quality.h"

namespace gpubench::record {
namespace {

using meter::ThrottleReasons;

// Running statistics of one value.
class Accumulator {
 public:
  void add(const meter::Field<double>& field, bool utilized) {
    if (!field) return;
    const double value = *field;
    maximum_ = count_ == 0 ? value : std::max(maximum_, value);
    sum_ += value;
    ++count_;
    if (!utilized) return;
    utilized_sum_ += value;
    ++utilized_count_;
  }

  [[nodiscard]] std::optional<Statistics> result() const {
    if (count_ == 0) return std::nullopt;
    Statistics statistics;
    statistics.average_all = sum_ / static_cast<double>(count_);
    statistics.maximum = maximum_;
    statistics.utilized_count = utilized_count_;
    if (utilized_count_ > 0) statistics.average = utilized_sum_ / static_cast<double>(utilized_count_);
    return statistics;
  }

 private:
  double sum_ = 0;
  double utilized_sum_ = 0;
  double maximum_ = 0;
  std::size_t count_ = 0;
  std::size_t utilized_count_ = 0;
};

// Means of activity over the run, each value weighted by the time that it is of: so that those of its first and its last
// moment would give, whatever is read between.
class ActivityStatistics {
 public:
  explicit ActivityStatistics(base::Window run) : run_(run) {}

  void add(const meter::GpuReading& reading) {
    const auto window = windows_.of(reading);
    if (!window) return;
    const base::Duration inside = std::min(window->end, run_.end) - std::max(window->start, run_.start);
    if (inside <= base::Duration::zero() ||
        base::to_seconds(inside) < meter::kMostlyWithin * base::to_seconds(window->length()))
      return;
    for (const meter::ValueFacts& facts : meter::kValueFacts)
      if (facts.activity) add(sums_[facts.kind], facts.read(reading), base::to_seconds(inside));
  }

  void finish(ReadingStatistics& statistics) const {
    for (const meter::ValueFacts& facts : meter::kValueFacts) {
      const Sum& sum = sums_[facts.kind];
      if (facts.activity && sum.seconds > 0)
        statistics[facts.kind] = Statistics{.average_all = sum.value_seconds / sum.seconds, .maximum = sum.maximum};
    }
  }

 private:
  struct Sum {
    double seconds = 0;
    double value_seconds = 0;
    double maximum = 0;
  };
  static void add(Sum& sum, const meter::Field<double>& value, double seconds) {
    if (!value) return;
    sum.seconds += seconds;
    sum.value_seconds += *value * seconds;
    sum.maximum = std::max(sum.maximum, *value);
  }

  base::Window run_;
  meter::ActivityWindows windows_;
  meter::OfEachValue<Sum> sums_;
};

// How many readings gave each reason, of those that have reasons.
class ReasonCounter {
 public:
  void add(const meter::Field<ThrottleReasons>& reasons) {
    if (!reasons) return;
    ++told_;
    for (std::size_t i = 0; i < meter::kThrottleReasons.size(); ++i)
      if ((reasons->bits & meter::kThrottleReasons[i].bit) != 0) ++counts_[i];
  }

  [[nodiscard]] std::vector<ThrottleShare> result() const {
    std::vector<ThrottleShare> shares;
    for (std::size_t i = 0; i < meter::kThrottleReasons.size(); ++i) {
      if (!meter::kThrottleReasons[i].listed || counts_[i] == 0) continue;
      const double share = static_cast<double>(counts_[i]) / static_cast<double>(told_);
      shares.push_back(
          {meter::kThrottleReasons[i].name, base::Ratio::from_fraction(share), meter::kThrottleReasons[i].slowdown});
    }
    return shares;
  }

 private:
  std::array<std::size_t, meter::kThrottleReasons.size()> counts_{};
  std::size_t told_ = 0;
};

}  // namespace

ReadingStatistics summarize_readings(const series::Series<meter::GpuReading>& readings, base::Window run) {
  meter::OfEachValue<Accumulator> values;
  ReasonCounter reasons;
  ActivityStatistics activity(run);
  ReadingStatistics statistics;
  series::for_each(readings, [&](const meter::GpuReading& reading) {
    activity.add(reading);
    if (reading.utilization) statistics.shows_utilization = true;
    if (!run.contains(reading.time)) return;
    ++statistics.readings;
    const bool of_run = utilization_is_of(run, reading);
    const bool utilized = of_run && reading.utilization && reading.utilization->fraction() > 0;
    for (const meter::ValueFacts& value : meter::kValueFacts) {
      if (!value.shown || (value.kind == meter::ValueKind::utilization && !of_run)) continue;
      values[value.kind].add(value.read(reading), utilized);
    }
    reasons.add(reading.throttle_reasons);
  });
  for (const meter::ValueFacts& value : meter::kValueFacts) statistics[value.kind] = values[value.kind].result();
  activity.finish(statistics);
  statistics.throttling = reasons.result();
  return statistics;
}

GpuRecord account_gpu(const meter::GpuDescription& gpu, const series::GpuSeries& series, const energy::GpuEnergy& energy,
                      base::Window run) {
  GpuRecord record;
  record.gpu = gpu;
  record.energy = energy;
  if (energy.best() != nullptr && run.length() > base::Duration::zero())
    record.average_power = energy.best()->energy / run.length();
  record.quality = series_quality(series, run);
  record.peak_power = record.quality.ring.peak;
  if (!series.readings) return record;
  if (const auto busy = utilized(series, run)) {
    record.utilized_time = busy->time;
    if (energy.best() != nullptr) record.utilized_energy = energy.best()->energy * busy->share_of_energy.fraction();
  }
  record.statistics = summarize_readings(*series.readings, run);
  return record;
}

std::optional<Throttled> throttling_finding(const GpuRecord& gpu, base::Duration elapsed) {
  std::optional<Throttled> finding;
  const auto add = [&](std::string_view reason, base::Ratio share, bool counted) {
    if (!finding) finding = Throttled{gpu.gpu.index, "", base::Ratio()};
    base::add_item(finding->reasons, meter::throttle_reason_words(reason), ", ");
    // The reasons may overlap in time: the largest share is the least that is certain.
    if (share > finding->share) finding->counted = counted;
    finding->share = std::max(finding->share, share);
  };
  const std::vector<ThrottleTime>& times = gpu.events.throttle_times;
  const auto is_counted = [&](std::string_view reason) {
    return std::any_of(times.begin(), times.end(), [&](const ThrottleTime& time) { return time.reason == reason; });
  };
  for (const ThrottleShare& share : gpu.statistics.throttling)
    if (share.slowdown && !is_counted(share.reason)) add(share.reason, share.share, false);
  for (const ThrottleTime& time : times) {
    if (!time.slowdown || time.time <= base::Duration::zero() || elapsed <= base::Duration::zero()) continue;
    const double share = base::to_seconds(time.time) / base::to_seconds(elapsed);
    add(time.reason, base::Ratio::from_fraction(std::min(1.0, share)), true);
  }
  return finding;
}

}  // namespace gpubench::record
