#include "run/idle_between.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "meter/open.h"
#include "platform/readable.h"
#include "record/settled.h"

namespace gpubench::run {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kIdleLevel = 1500ms;     // the account takes the idle power from so much
constexpr base::Duration kNewestSamples = 100ms;  // the driver's samples come so late, at most
constexpr base::Duration kFirstReading = 20ms;    // of all GPUs: it shows that they are not in use
constexpr base::Duration kLead = 150ms;           // the next run's first readings of eight GPUs are made in it

sampler::SamplerOptions between_runs() {
  sampler::SamplerOptions sampling;
  sampling.interval = 1s;
  return sampling;
}

std::vector<series::GpuSeries> series_in_memory(const std::vector<meter::GpuDescription>& gpus) {
  std::vector<series::GpuSeries> all(gpus.size());
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    all[i].sensor = gpus[i].sensor;
    all[i].readings = std::make_unique<series::MemorySeries<meter::GpuReading>>();
    all[i].power = std::make_unique<series::MemorySeries<meter::PowerSample>>();
    all[i].counter = std::make_unique<series::MemorySeries<meter::CounterReading>>();
  }
  return all;
}

base::SteadyTime begin_of(const meter::PowerSample& sample) {
  return sample.time;
}
base::SteadyTime begin_of(const meter::CounterReading& reading) {
  return reading.before;
}

// What begins at `since` or later, of the newest values.
template <class T>
void append_newest(const series::Series<T>& from, base::SteadyTime since, series::Series<T>& to) {
  constexpr std::size_t kMost = 4096;  // more than a minute of power samples
  const auto append = [&](const T& value) {
    if (begin_of(value) >= since) to.append(value);
  };
  series::for_each(from, append, from.size() - std::min(from.size(), kMost));
}

}  // namespace

base::Result<std::shared_ptr<meter::GpuMeter>> IdleBetween::open_meter(const meter::MeterSpec& spec, int interrupt_fd) {
  if (sampler_) {
    sampler_.reset();
    if (has_limits_as_described()) {
      read_on();
      return meter_;
    }
    end();  // a run states the limits that hold at its start
  }
  auto opened = meter::open_meter(spec, clock_, interrupt_fd);
  if (!opened) return base::failure(opened.error());
  return std::shared_ptr<meter::GpuMeter>(std::move(*opened));
}

void IdleBetween::begin(std::shared_ptr<meter::GpuMeter> meter, const std::vector<series::GpuSeries>& run,
                        base::SteadyTime ended) {
  end();
  if (roll_ < kIdleLevel || meter->source().is_replay() || meter->was_silent() || meter->gpus().empty()) {
    meter->close();
    return;
  }
  meter_ = std::move(meter);
  const meter::SensorTiming& sensor = meter_->gpus().front().sensor;
  idle_since_ = ended + sensor.load_tail;
  idle_ = series_in_memory(meter_->gpus());
  for (std::size_t gpu = 0; gpu < idle_.size(); ++gpu) {
    append_newest(*run[gpu].power, idle_since_, *idle_[gpu].power);
    // A reading shows the counter as it was an update ago.
    append_newest(*run[gpu].counter, idle_since_ + sensor.counter_period + sensor.counter_lag, *idle_[gpu].counter);
  }
  read_on();
}

base::Duration IdleBetween::hand_over(std::vector<series::GpuSeries>& next, const record::BenchmarkGpus& gpus, int wake_fd) {
  if (!sampler_) return roll_;
  const base::SteadyTime known = std::max(idle_since_ + kIdleLevel, read_since_ + kFirstReading) + kNewestSamples;
  const base::Duration missing = known - clock_.now();
  if (missing > base::Duration::zero()) static_cast<void>(platform::becomes_readable(wake_fd, missing));
  sampler_.reset();
  const bool serves_both = record::is_settled(idle_, gpus, clock_.now() - kNewestSamples);
  for (std::size_t gpu = 0; serves_both && gpu < next.size(); ++gpu) {
    append_newest(*idle_[gpu].power, idle_since_, *next[gpu].power);
    append_newest(*idle_[gpu].counter, idle_since_, *next[gpu].counter);
  }
  end();
  return serves_both ? kLead : roll_;
}

void IdleBetween::end() {
  sampler_.reset();
  idle_.clear();
  meter_.reset();
}

void IdleBetween::read_on() {
  read_since_ = clock_.now();
  sampler_.emplace(*meter_, clock_, idle_, between_runs(), sampler::ReadingObserver());
  sampler_->start();
}

bool IdleBetween::has_limits_as_described() const {
  for (std::size_t gpu = 0; gpu < idle_.size(); ++gpu) {
    const auto reading = series::newest(*idle_[gpu].readings);
    if (!reading || !reading->power_limit) continue;
    if (meter_->gpus()[gpu].power_limit != *reading->power_limit) return false;
  }
  return true;
}

}  // namespace gpubench::run
