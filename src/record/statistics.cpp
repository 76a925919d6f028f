#include "record/statistics.h"

#include <algorithm>
#include <array>
#include <string>

namespace gpubench::record {
namespace {

using meter::ThrottleReasons;

struct Reason {
  std::uint64_t bit;
  std::string_view name;
  std::string_view words;
  bool listed;    // says something about the run's figures
  bool slowdown;  // heat or hardware: the GPU did less than it could
};

// "board_limit" and "reliability" have no bit: only the driver's times know them.
constexpr std::array<Reason, 11> kReasons = {{
    {ThrottleReasons::gpu_idle, "gpu_idle", "idle", false, false},
    {ThrottleReasons::application_clocks, "application_clocks", "clocks set by the user", false, false},
    {ThrottleReasons::software_power_cap, "software_power_cap", "software power cap", true, false},
    {ThrottleReasons::hardware_slowdown, "hardware_slowdown", "hardware slowdown", true, true},
    {ThrottleReasons::sync_boost, "sync_boost", "sync boost", false, false},
    {ThrottleReasons::software_thermal, "software_thermal", "software thermal slowdown", true, true},
    {ThrottleReasons::hardware_thermal, "hardware_thermal", "hardware thermal slowdown", true, true},
    {ThrottleReasons::hardware_power_brake, "hardware_power_brake", "hardware power brake", true, true},
    {ThrottleReasons::display_clock, "display_clock", "display clock", false, false},
    {0, "board_limit", "limit of the board", false, false},
    {0, "reliability", "voltage limit for reliability", false, false},
}};

// Running statistics of one value.
class Accumulator {
 public:
  template <class Value>
  void add(const meter::Field<Value>& field, double (Value::*unit)() const, bool utilized) {
    if (!field) return;
    const double value = ((*field).*unit)();
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

// How many readings gave each reason, of those that have reasons.
class ReasonCounter {
 public:
  void add(const meter::Field<ThrottleReasons>& reasons) {
    if (!reasons) return;
    ++told_;
    for (std::size_t i = 0; i < kReasons.size(); ++i)
      if ((reasons->bits & kReasons[i].bit) != 0) ++counts_[i];
  }

  [[nodiscard]] std::vector<ThrottleShare> result() const {
    std::vector<ThrottleShare> shares;
    for (std::size_t i = 0; i < kReasons.size(); ++i) {
      if (!kReasons[i].listed || counts_[i] == 0) continue;
      const double share = static_cast<double>(counts_[i]) / static_cast<double>(told_);
      shares.push_back({kReasons[i].name, base::Ratio::from_fraction(share), kReasons[i].slowdown});
    }
    return shares;
  }

 private:
  std::array<std::size_t, kReasons.size()> counts_{};
  std::size_t told_ = 0;
};

const Reason* reason_of(std::string_view name) {
  const auto* const reason = std::find_if(kReasons.begin(), kReasons.end(), [&](const Reason& r) { return r.name == name; });
  return reason == kReasons.end() ? nullptr : reason;
}

}  // namespace

ReadingStatistics summarize_readings(const series::Series<meter::GpuReading>& readings, base::Window run) {
  Accumulator utilization;
  Accumulator power;
  Accumulator temperature;
  Accumulator memory;
  Accumulator sm_clock;
  Accumulator memory_clock;
  ReasonCounter reasons;
  ReadingStatistics statistics;
  series::for_each(readings, [&](const meter::GpuReading& reading) {
    if (!run.contains(reading.time)) return;
    ++statistics.readings;
    const bool utilized = reading.utilization && reading.utilization->fraction() > 0;
    utilization.add(reading.utilization, &base::Ratio::percent, utilized);
    power.add(reading.power, &base::Power::watts, utilized);
    temperature.add(reading.temperature, &base::Temperature::celsius, utilized);
    memory.add(reading.memory_used, &base::Bytes::mebibytes, utilized);
    sm_clock.add(reading.sm_clock, &base::Frequency::megahertz, utilized);
    memory_clock.add(reading.memory_clock, &base::Frequency::megahertz, utilized);
    reasons.add(reading.throttle_reasons);
  });
  statistics.utilization = utilization.result();
  statistics.power = power.result();
  statistics.temperature = temperature.result();
  statistics.memory = memory.result();
  statistics.sm_clock = sm_clock.result();
  statistics.memory_clock = memory_clock.result();
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
  ReadingStatistics statistics = summarize_readings(*series.readings, run);
  record.readings = statistics.readings;
  record.utilization = statistics.utilization;
  record.power = statistics.power;
  record.temperature = statistics.temperature;
  record.memory = statistics.memory;
  record.sm_clock = statistics.sm_clock;
  record.memory_clock = statistics.memory_clock;
  record.throttling = std::move(statistics.throttling);
  return record;
}

std::optional<Throttled> throttling_finding(const GpuRecord& gpu, base::Duration elapsed) {
  std::optional<Throttled> finding;
  const auto add = [&](std::string_view reason, base::Ratio share, bool counted) {
    if (!finding) finding = Throttled{gpu.gpu.index, "", base::Ratio()};
    if (!finding->reasons.empty()) finding->reasons += ", ";
    finding->reasons += throttle_reason_words(reason);
    // The reasons may overlap in time: the largest share is the least that is certain.
    if (share > finding->share) finding->counted = counted;
    finding->share = std::max(finding->share, share);
  };
  const std::vector<ThrottleTime>& times = gpu.events.throttle_times;
  const auto is_counted = [&](std::string_view reason) {
    return std::any_of(times.begin(), times.end(), [&](const ThrottleTime& time) { return time.reason == reason; });
  };
  for (const ThrottleShare& share : gpu.throttling)
    if (share.slowdown && !is_counted(share.reason)) add(share.reason, share.share, false);
  for (const ThrottleTime& time : times) {
    if (!time.slowdown || time.time <= base::Duration::zero() || elapsed <= base::Duration::zero()) continue;
    const double share = base::to_seconds(time.time) / base::to_seconds(elapsed);
    add(time.reason, base::Ratio::from_fraction(std::min(1.0, share)), true);
  }
  return finding;
}

std::string_view throttle_reason_name(std::uint64_t bit) {
  const auto* const reason = std::find_if(kReasons.begin(), kReasons.end(), [&](const Reason& r) { return r.bit == bit; });
  return reason == kReasons.end() ? std::string_view() : reason->name;
}

std::string_view throttle_reason_literal(std::string_view name) {
  const Reason* const reason = reason_of(name);
  return reason == nullptr ? std::string_view() : reason->name;
}

std::string_view throttle_reason_words(std::string_view name) {
  const Reason* const reason = reason_of(name);
  return reason == nullptr ? name : reason->words;
}

}  // namespace gpubench::record
