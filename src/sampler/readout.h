// The calls of the sampler: from the meter into the series. No thread and no time of its own.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "meter/gpu_meter.h"
#include "platform/clock.h"
#include "sampler/options.h"
#include "sampler/plausible.h"
#include "sampler/schedule.h"
#include "series/gpu_series.h"

namespace gpubench::sampler {

// Performs steps, one thread only. A failed call leaves its series unchanged and stops nothing else.
class Readout {
 public:
  // Meter, clock and series must outlive the readout.
  Readout(meter::GpuMeter& meter, const platform::Clock& clock, std::vector<series::GpuSeries>& series,
          ReadingObserver observer);
  // What a counter step gave; empty: nothing, or another step.
  std::optional<meter::CounterReading> perform(const Step& step);
  // A reading, then the counter and the power samples of every GPU: the samples then reach up to the counter's reading.
  void perform_all(std::size_t tick);
  // The latest drain of a GPU left more than meter::kFineSamples without a sample.
  [[nodiscard]] bool lacks_samples() const;
  [[nodiscard]] const meter::DriverCalls& driver_calls() const { return calls_; }
  // Of the GPUs whose driver gave values that they cannot have.
  [[nodiscard]] std::vector<Impossible> impossible() const;

 private:
  void read(std::size_t tick);
  void read_gpu(std::size_t gpu);
  void read_between();
  void note_samples(std::size_t gpu, const std::vector<meter::PowerSample>& samples);
  void drain(std::size_t gpu);
  std::optional<meter::CounterReading> read_counter(std::size_t gpu);

  meter::GpuMeter& meter_;
  const platform::Clock& clock_;
  std::vector<series::GpuSeries>& series_;
  ReadingObserver observer_;
  meter::DriverCalls calls_;
  std::vector<meter::GpuReading> latest_;
  std::vector<base::SteadyTime> newest_sample_;  // by GPU
  std::vector<char> samples_suffice_;            // the latest drain's
  std::vector<Plausible> plausible_;             // by GPU
  std::vector<char> has_ring_;     // by GPU; false once the driver has said "unsupported", which is not asked again
  std::vector<char> has_counter_;  // the same for the counter
};

}  // namespace gpubench::sampler
