#include "sampler/readout.h"

#include <algorithm>
#include <utility>

namespace gpubench::sampler {
namespace {

// Adds one call, from its construction to its end.
class Timed {
 public:
  Timed(const platform::Clock& clock, meter::CallCost& cost) : clock_(clock), cost_(cost), begun_(clock.now()) {}
  ~Timed() {
    ++cost_.calls;
    cost_.time += clock_.now() - begun_;
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  const platform::Clock& clock_;
  meter::CallCost& cost_;
  base::SteadyTime begun_;
};

}  // namespace

Readout::Readout(meter::GpuMeter& meter, const platform::Clock& clock, std::vector<series::GpuSeries>& series,
                 ReadingObserver observer)
    : meter_(meter),
      clock_(clock),
      series_(series),
      observer_(std::move(observer)),
      latest_(series.size()),
      newest_sample_(series.size(), base::SteadyTime::min()),
      samples_suffice_(series.size(), 1),
      has_ring_(series.size(), 1),
      has_counter_(series.size(), 1) {
  for (std::size_t gpu = 0; gpu < series.size(); ++gpu)
    plausible_.emplace_back(gpu < meter.gpus().size() ? meter.gpus()[gpu] : meter::GpuDescription{});
}

std::optional<meter::CounterReading> Readout::perform(const Step& step) {
  switch (step.call) {
    case Call::reading:
      read(step.tick);
      break;
    case Call::quick_reading:
      read_between();
      break;
    case Call::drain:
      drain(step.gpu);
      break;
    case Call::counter:
      return read_counter(step.gpu);
  }
  return std::nullopt;
}

void Readout::perform_all(std::size_t tick) {
  read(tick);
  for (std::size_t gpu = 0; gpu < series_.size(); ++gpu) read_counter(gpu);
  for (std::size_t gpu = 0; gpu < series_.size(); ++gpu) drain(gpu);
}

bool Readout::lacks_samples() const {
  return std::any_of(samples_suffice_.begin(), samples_suffice_.end(), [](char suffice) { return suffice == 0; });
}

std::vector<Impossible> Readout::impossible() const {
  std::vector<Impossible> all;
  for (const Plausible& gpu : plausible_)
    if (gpu.impossible().count > 0) all.push_back(gpu.impossible());
  return all;
}

void Readout::read(std::size_t tick) {
  for (std::size_t gpu = 0; gpu < series_.size(); ++gpu) read_gpu(gpu);
  if (observer_) observer_(tick, latest_);
}

void Readout::read_gpu(std::size_t gpu) {
  {
    const Timed timed(clock_, calls_.readings);
    latest_[gpu] = meter_.read(gpu);
  }
  plausible_[gpu].check(latest_[gpu]);
  if (series_[gpu].readings) series_[gpu].readings->append(latest_[gpu]);
}

void Readout::read_between() {
  for (std::size_t gpu = 0; gpu < series_.size(); ++gpu)
    if (samples_suffice_[gpu] == 0) read_gpu(gpu);
}

// They suffice if none is missing since the latest drain.
void Readout::note_samples(std::size_t gpu, const std::vector<meter::PowerSample>& samples) {
  base::SteadyTime newest = newest_sample_[gpu];
  base::Duration longest{};
  for (const meter::PowerSample& sample : samples) {
    if (newest != base::SteadyTime::min()) longest = std::max(longest, sample.time - newest);
    newest = std::max(newest, sample.time);
  }
  samples_suffice_[gpu] = !samples.empty() && longest <= meter::kFineSamples ? 1 : 0;
  newest_sample_[gpu] = newest;
}

void Readout::drain(std::size_t gpu) {
  if (!series_[gpu].power) return;
  if (has_ring_[gpu] == 0) {
    note_samples(gpu, {});
    return;
  }
  auto samples = [&] {
    const Timed timed(clock_, calls_.drains);
    return meter_.drain_power(gpu);
  }();
  if (samples) plausible_[gpu].check(*samples);
  note_samples(gpu, samples ? *samples : std::vector<meter::PowerSample>{});
  if (samples) {
    for (const meter::PowerSample& sample : *samples) series_[gpu].power->append(sample);
  } else if (samples.error() == meter::Absent::unsupported) {
    has_ring_[gpu] = 0;
  }
}

std::optional<meter::CounterReading> Readout::read_counter(std::size_t gpu) {
  if (has_counter_[gpu] == 0 || !series_[gpu].counter) return std::nullopt;
  const auto reading = [&] {
    const Timed timed(clock_, calls_.counters);
    return meter_.read_energy_counter(gpu);
  }();
  if (reading) {
    series_[gpu].counter->append(*reading);
    return *reading;
  }
  if (reading.error() == meter::Absent::unsupported) has_counter_[gpu] = 0;
  return std::nullopt;
}

}  // namespace gpubench::sampler
