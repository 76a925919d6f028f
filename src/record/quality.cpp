#include "record/quality.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "energy/running_area.h"

namespace gpubench::record {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kBin = 1ms;
constexpr double kGap = 1.5;  // times the usual spacing

// Distances of samples in bins of a millisecond; those of two seconds and more only by their sum.
class Spacings {
 public:
  void add(base::Duration spacing) {
    ++count_;
    if (spacing >= kBin * kBins) {
      ++long_count_;
      long_sum_ += spacing;
    } else {
      ++bins_[static_cast<std::size_t>(spacing / kBin)];
    }
  }
  [[nodiscard]] base::Duration median() const {
    std::uint64_t seen = 0;
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      seen += bins_[bin];
      if (seen * 2 > count_) return middle(bin);
    }
    return long_count_ > 0 ? long_sum_ / static_cast<base::Duration::rep>(long_count_) : base::Duration{};
  }
  [[nodiscard]] std::size_t lost() const {
    const double usual = base::to_seconds(median());
    if (usual <= 0) return 0;
    double lost = std::max(0.0, base::to_seconds(long_sum_) / usual - static_cast<double>(long_count_));
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const double periods = base::to_seconds(middle(bin)) / usual;
      if (periods > kGap) lost += static_cast<double>(bins_[bin]) * (std::round(periods) - 1);
    }
    return static_cast<std::size_t>(std::lround(lost));
  }
  [[nodiscard]] base::Duration deviation() const {
    const double usual = base::to_seconds(median());
    double squares = 0;
    std::uint64_t counted = 0;
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const double off = base::to_seconds(middle(bin)) - usual;
      if (base::to_seconds(middle(bin)) > usual * kGap) break;
      squares += static_cast<double>(bins_[bin]) * off * off;
      counted += bins_[bin];
    }
    return counted == 0 ? base::Duration{} : base::from_seconds(std::sqrt(squares / static_cast<double>(counted)));
  }

 private:
  static constexpr base::Duration::rep kBins = 2000;
  // The driver's spacings are whole milliseconds and a little: half a bin is no more than that.
  static base::Duration middle(std::size_t bin) { return kBin * static_cast<base::Duration::rep>(bin) + kBin / 2; }

  std::array<std::uint64_t, kBins> bins_{};
  std::uint64_t count_ = 0;
  std::uint64_t long_count_ = 0;
  base::Duration long_sum_{};
};

// Standard deviation in one pass.
class Deviation {
 public:
  void add(double value) {
    ++count_;
    const double off = value - mean_;
    mean_ += off / static_cast<double>(count_);
    squares_ += off * (value - mean_);
  }
  [[nodiscard]] double value() const { return count_ < 2 ? 0 : std::sqrt(squares_ / static_cast<double>(count_ - 1)); }

 private:
  std::size_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

void add_readings(SeriesQuality& quality, const series::Series<meter::GpuReading>& readings, base::Window run) {
  Deviation spacing;
  std::optional<base::SteadyTime> previous;
  series::for_each(readings, [&](const meter::GpuReading& reading) {
    if (!run.contains(reading.time)) return;
    if (!reading.power) ++quality.readings_without_power;
    if (previous) spacing.add(base::to_seconds(reading.time - *previous));
    previous = reading.time;
  });
  quality.reading_jitter = base::from_seconds(spacing.value());
}

void add_counter(SeriesQuality& quality, const series::Series<meter::CounterReading>& counter, base::Window run) {
  std::optional<base::Energy> previous;
  series::for_each(counter, [&](const meter::CounterReading& reading) {
    if (run.contains(reading.middle())) ++quality.counter_readings;
    if (previous && reading.energy < *previous) ++quality.counter_restarts;
    previous = reading.energy;
  });
}

// `power`: the series whose area is the energy.
template <class T>
std::optional<Utilized> utilized(const series::Series<meter::GpuReading>& readings, const series::Series<T>& power,
                                 base::Window run) {
  Utilized result;
  bool known = false;
  bool busy_last = false;
  energy::RunningArea area(power, run.start);
  base::Energy whole;
  base::Energy busy;
  base::SteadyTime from = run.start;
  series::for_each(readings, [&](const meter::GpuReading& reading) {
    if (reading.time <= run.start || reading.time > run.end) return;
    const base::Energy part = area.until(reading.time).energy;
    whole += part;
    if (reading.utilization && utilization_is_of(run, reading)) known = true;
    busy_last = reading.utilization && reading.utilization->fraction() > 0;
    if (busy_last) {
      result.time += reading.time - from;
      busy += part;
    }
    from = reading.time;
  });
  const base::Energy rest = area.until(run.end).energy;
  whole += rest;
  if (busy_last) {
    result.time += run.end - from;
    busy += rest;
  }
  if (!known) return std::nullopt;
  if (whole > base::Energy{}) result.share_of_energy = base::Ratio::from_fraction(busy / whole);
  return result;
}

}  // namespace

RingQuality ring_quality(const series::Series<meter::PowerSample>& power, base::Window run) {
  RingQuality quality;
  Spacings spacings;
  std::optional<base::SteadyTime> previous;
  series::for_each(power, [&](const meter::PowerSample& sample) {
    const bool touches = previous && sample.time > run.start && *previous < run.end;
    if (touches) spacings.add(std::min(sample.time, run.end) - std::max(*previous, run.start));
    previous = sample.time;
    if (!run.contains(sample.time)) return;
    ++quality.samples;
    quality.peak = std::max(quality.peak.value_or(sample.power), sample.power);
  });
  if (previous && *previous < run.end && *previous > run.start) spacings.add(run.end - *previous);
  quality.spacing = spacings.median();
  quality.lost = spacings.lost();
  quality.jitter = spacings.deviation();
  return quality;
}

std::optional<Utilized> utilized(const series::GpuSeries& series, base::Window run) {
  if (series.power && series.power->size() > 0) return utilized(*series.readings, *series.power, run);
  return utilized(*series.readings, *series.readings, run);
}

SeriesQuality series_quality(const series::GpuSeries& series, base::Window run) {
  SeriesQuality quality;
  if (series.power) quality.ring = ring_quality(*series.power, run);
  if (series.readings) add_readings(quality, *series.readings, run);
  if (series.counter) add_counter(quality, *series.counter, run);
  return quality;
}

}  // namespace gpubench::record
