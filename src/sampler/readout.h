// The calls of the sampler: from the meter into the series. No thread and no time of its own.
#pragma once

#include <cstddef>
#include <vector>

#include "meter/gpu_meter.h"
#include "platform/clock.h"
#include "sampler/options.h"
#include "sampler/schedule.h"
#include "series/gpu_series.h"

namespace gpubench::sampler {

// Performs steps, one thread only. A failed call leaves its series unchanged and stops nothing else.
class Readout {
 public:
  // Meter, clock and series must outlive the readout.
  Readout(meter::GpuMeter& meter, const platform::Clock& clock, std::vector<series::GpuSeries>& series,
          ReadingObserver observer);
  void perform(const Step& step);
  // A reading, then the counter and the power samples of every GPU: the samples then reach up to the counter's reading.
  void perform_all(std::size_t tick);
  // A GPU has an energy counter but no power ring.
  [[nodiscard]] bool lacks_ring() const;
  [[nodiscard]] const meter::DriverCalls& driver_calls() const { return calls_; }

 private:
  void read(std::size_t tick);
  void drain(std::size_t gpu);
  void read_counter(std::size_t gpu);

  meter::GpuMeter& meter_;
  const platform::Clock& clock_;
  std::vector<series::GpuSeries>& series_;
  ReadingObserver observer_;
  meter::DriverCalls calls_;
  std::vector<meter::GpuReading> latest_;
  std::vector<char> has_ring_;     // by GPU; false once the driver has said "unsupported": it is not called again
  std::vector<char> has_counter_;  // the same for the counter
};

}  // namespace gpubench::sampler
