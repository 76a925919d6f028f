// The sampler's decisions and calls on a manual clock, without its thread: a minute of run in a millisecond.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "platform/clock.h"
#include "sampler/readout.h"
#include "sampler/schedule.h"

namespace gpubench::support {

// Series in memory, one set per GPU.
inline std::vector<series::GpuSeries> memory_series(std::size_t gpus) {
  std::vector<series::GpuSeries> series(gpus);
  for (series::GpuSeries& gpu : series) {
    gpu.readings = std::make_unique<series::MemorySeries<meter::GpuReading>>();
    gpu.power = std::make_unique<series::MemorySeries<meter::PowerSample>>();
    gpu.counter = std::make_unique<series::MemorySeries<meter::CounterReading>>();
  }
  return series;
}

// Everything referred to must outlive it.
class SimulatedSampler {
 public:
  SimulatedSampler(meter::GpuMeter& meter, const platform::Clock& clock, std::vector<series::GpuSeries>& series,
                   sampler::SamplerOptions options, sampler::ReadingObserver observer = {})
      : clock_(clock), schedule_(options, series.size(), clock.now()), readout_(meter, clock, series, std::move(observer)) {}

  // How late each wake comes, as on a machine with other work.
  void wake_late(std::function<base::Duration()> lateness) { lateness_ = std::move(lateness); }

  // Does what falls due and moves the clock on; ends at `until` or within one call after it.
  void run_until(base::SteadyTime until) {
    while (clock_.now() < until) {
      if (const auto step = schedule_.next(clock_.now())) {
        if (const auto counter = readout_.perform(*step)) schedule_.counter_read(step->gpu, *counter);
        if (step->call == sampler::Call::drain) schedule_.without_samples(readout_.lacks_samples());
      } else {
        const base::Duration late = lateness_ ? lateness_() : base::Duration{};
        clock_.sleep_until(std::min(until, schedule_.wake() + late));
      }
    }
  }
  void idle(sampler::Idle where, base::Duration length) { schedule_.idle(where, clock_.now(), length); }
  void restart_interval() { schedule_.restart(clock_.now()); }
  void stop() { readout_.perform_all(schedule_.extra_tick()); }
  [[nodiscard]] const sampler::Schedule& schedule() const { return schedule_; }

 private:
  const platform::Clock& clock_;
  sampler::Schedule schedule_;
  sampler::Readout readout_;
  std::function<base::Duration()> lateness_;
};

}  // namespace gpubench::support
