#include "meter/replay/recording_meter.h"

#include <chrono>
#include <utility>

namespace gpubench::meter {
namespace {

TraceOrigin origin_of(const GpuMeter& meter, base::WallTime date) {
  const std::string gpu = meter.gpus().empty() ? "" : meter.gpus().front().name;
  return {gpu, meter.source().driver_version, meter.source().description, base::utc_text(date), ""};
}

}  // namespace

RecordingMeter::RecordingMeter(std::unique_ptr<GpuMeter> meter, std::ofstream file, const platform::Clock& clock)
    : meter_(std::move(meter)),
      file_(std::move(file)),
      clock_(clock),
      last_power_(meter_->gpus().size(), base::SteadyTime::min()) {}

void RecordingMeter::begin() {
  if (!start_) start_ = clock_.now();
}

GpuReading RecordingMeter::read(std::size_t gpu) {
  begin();
  const GpuReading reading = meter_->read(gpu);
  GpuReading written = reading;
  written.time = since_start(reading.time);
  file_ << reading_line(gpu, written);
  return reading;
}

Field<CounterReading> RecordingMeter::read_energy_counter(std::size_t gpu) {
  begin();
  const base::SteadyTime before = since_start(clock_.now());
  const auto reading = meter_->read_energy_counter(gpu);
  if (reading) {
    file_ << counter_line(gpu, {since_start(reading->before), since_start(reading->after), reading->energy});
  } else {
    file_ << counter_line(gpu, {before, since_start(clock_.now()), absent(reading.error())});
  }
  return reading;
}

Field<std::vector<PowerSample>> RecordingMeter::drain_power(std::size_t gpu) {
  begin();
  auto samples = meter_->drain_power(gpu);
  const auto write = [&](TracePower sample) {
    sample.time = std::chrono::floor<std::chrono::microseconds>(sample.time.time_since_epoch()) + base::SteadyTime();
    if (sample.time <= last_power_[gpu]) return;  // a failed drain is dated now, its samples come later with earlier dates
    last_power_[gpu] = sample.time;
    file_ << power_line(gpu, sample);
  };
  if (samples) {
    for (const PowerSample& sample : *samples) write({since_start(sample.time), sample.power});
  } else if (samples.error() != Absent::failed) {  // a drain that failed loses nothing: the next one gives its samples
    write({since_start(clock_.now()), absent(samples.error())});
  }
  return samples;
}

base::Result<void> RecordingMeter::finish() {
  file_.flush();
  if (!file_) return base::failure("the trace could not be written completely", "check the space on the disk");
  return {};
}

base::Result<std::unique_ptr<RecordingMeter>> open_recording_meter(std::unique_ptr<GpuMeter> meter, const std::string& path,
                                                                   const platform::Clock& clock) {
  if (meter->source().is_replay()) {
    return base::failure("a replay cannot be recorded as a trace of this machine",
                         "leave out --record-trace or --meter replay:");
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (file) file << header_line(origin_of(*meter, clock.wall_now()), meter->gpus());
  if (!file.flush())
    return base::failure("the trace " + path + " cannot be written", "check the folder and its permissions");
  return std::make_unique<RecordingMeter>(std::move(meter), std::move(file), clock);
}

}  // namespace gpubench::meter
