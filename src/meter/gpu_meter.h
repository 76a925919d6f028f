// The GPUs of this machine as something that can be read. Implemented by nvml/ (a real driver) and replay/ (a recorded
// trace of a real GPU).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "meter/event_reading.h"
#include "meter/reading.h"

namespace gpubench::meter {

// The variables by which programs are limited to some of a vendor's GPUs. NVIDIA's hold where there is no meter.
struct VisibleDevices {
  std::string_view program = "CUDA_VISIBLE_DEVICES";      // what the vendor's libraries obey
  std::string_view container = "NVIDIA_VISIBLE_DEVICES";  // what container engines obey
  std::string_view order = "CUDA_DEVICE_ORDER";           // how the libraries number GPUs of different models ...
  std::string_view by_bus = "PCI_BUS_ID";                 // ... if they do so as the driver does
};

inline constexpr const char* kReplay = "replay";
inline constexpr const char* kNone = "none";

// Where the figures come from; goes into every output.
struct MeterSource {
  std::string name = "nvml";   // the adapter's: the word for it in every output
  std::string description;     // "NVML 13.580.159.04" or "REPLAY of traces/h200.trace (not a measurement)"
  std::string driver_version;  // empty if unknown
  std::string trace = {};      // the file of a replay; else empty
  VisibleDevices visible_devices = {};
  // Of a recorded trace: no measurement of this machine, and no GPUs that could be given to a program.
  [[nodiscard]] bool is_replay() const { return name == kReplay; }
  // Others measure the GPUs.
  [[nodiscard]] bool is_none() const { return name == kNone; }
};

// Not thread-safe: after the sampler has started, only its thread calls a meter.
// `gpu` is a position in gpus(), not the driver's index.
class GpuMeter {
 public:
  virtual ~GpuMeter() = default;
  [[nodiscard]] virtual const MeterSource& source() const = 0;
  [[nodiscard]] virtual const std::vector<GpuDescription>& gpus() const = 0;
  // All interval values; cheap (about 20 us on an H200, and at most once a second 3.5 ms more for what the GPU was doing),
  // never reads the energy counter.
  virtual GpuReading read(std::size_t gpu) = 0;
  // A real round trip to the GPU (3 ms, up to 16 ms on an H200).
  virtual Field<CounterReading> read_energy_counter(std::size_t gpu) = 0;
  // The driver's power samples since the last drain, oldest first. Must be called at least every 2 s: an H200's ring holds
  // 2.36 s. The first drain returns what the ring holds. Samples are never returned twice.
  virtual Field<std::vector<PowerSample>> drain_power(std::size_t gpu) = 0;
  // What changes rarely: for the start, the end and a few moments between. What a meter has not got is unsupported.
  virtual EventReading read_events(std::size_t /*gpu*/, EventScope /*scope*/) { return {}; }
  // After the last reading: gives back what reading takes (NVML: 18 MiB). Only finish(), source() and gpus() may be called
  // then.
  virtual void close() {}
  // Completes what the meter itself writes, as the file of a recording; an error if any of it could not be written.
  virtual base::Result<void> finish() { return {}; }
  // The driver has left a call unanswered for seconds: what was asked then is missing.
  [[nodiscard]] virtual bool was_silent() const { return false; }
};

}  // namespace gpubench::meter
