// A meter that records everything read from another meter, as a trace for replay.
#pragma once

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "meter/gpu_meter.h"
#include "meter/replay/trace.h"
#include "platform/clock.h"

namespace gpubench::meter {

// Forwards every call to the other meter and appends what it gave to the file. The trace holds what the sampler asks for, no
// more: for a recording the app sets the sampler's interval to about 100 ms and its drain period to about 20 ms, so that the
// energy counter's transitions (every 100 ms on an H200) are timed to 20 ms. The trace's start is the first call. One minute
// takes about 0.3 MB.
class RecordingMeter final : public GpuMeter {
 public:
  RecordingMeter(std::unique_ptr<GpuMeter> meter, std::ofstream file, const platform::Clock& clock);

  [[nodiscard]] const MeterSource& source() const override { return meter_->source(); }
  [[nodiscard]] const std::vector<GpuDescription>& gpus() const override { return meter_->gpus(); }
  GpuReading read(std::size_t gpu) override;
  Field<CounterReading> read_energy_counter(std::size_t gpu) override;
  Field<std::vector<PowerSample>> drain_power(std::size_t gpu) override;
  // Not part of a trace.
  EventReading read_events(std::size_t gpu, EventScope scope) override { return meter_->read_events(gpu, scope); }
  void close() override { meter_->close(); }
  [[nodiscard]] bool was_silent() const override { return meter_->was_silent(); }

  // Writes out what is buffered; an error if any of the trace could not be written. The destructor writes too, but cannot
  // tell.
  base::Result<void> finish() override;

 private:
  void begin();
  [[nodiscard]] base::SteadyTime since_start(base::SteadyTime time) const { return base::SteadyTime(time - *start_); }

  std::unique_ptr<GpuMeter> meter_;
  std::ofstream file_;
  const platform::Clock& clock_;
  std::optional<base::SteadyTime> start_;
  std::vector<base::SteadyTime> last_power_;  // per GPU, of the trace
};

// Opens the file (its old content is lost) before anything is measured. A replay is refused: its trace would look like a
// recording of this machine. The clock must outlive the meter.
base::Result<std::unique_ptr<RecordingMeter>> open_recording_meter(std::unique_ptr<GpuMeter> meter, const std::string& path,
                                                                   const platform::Clock& clock);

}  // namespace gpubench::meter
