// The driver's ring of power samples: one every 20 ms, 119 deep, on an H200.
#pragma once

#include <span>
#include <vector>

#include "meter/nvml/driver_clock.h"
#include "meter/nvml/nvml_api.h"
#include "meter/nvml/optional_call.h"
#include "meter/reading.h"
#include "platform/clock.h"

namespace gpubench::meter {

// Drains the ring of one GPU. Samples without a date, from the future, without a value, or not newer than the newest one
// delivered are dropped; where several are from the future, the driver's times are wrong and all of them are dropped; steps
// of the wall clock are handled as DriverClock says.
class PowerRing {
 public:
  PowerRing(const NvmlApi& api, NvmlHandle device, const platform::Clock& clock);
  // Oldest first; empty if the driver has nothing new.
  Field<std::vector<PowerSample>> drain();

 private:
  struct Batch {
    int value_type = kNvmlUnsignedInt;
    std::span<const NvmlSample> samples;
  };
  Field<Batch> fetch(std::uint64_t last_seen_us);
  void note_depth(const Batch& batch);
  Field<std::vector<PowerSample>> convert(const Batch& batch, bool whole_ring);

  OptionalCall<int, NvmlApi::Long, int*, NvmlApi::Count*, NvmlSample*> samples_;
  NvmlHandle device_;
  const platform::Clock& clock_;
  DriverClock driver_clock_;
  std::vector<NvmlSample> buffer_;
  std::uint64_t last_seen_us_ = 0;  // 0: ask for the whole ring
  base::SteadyTime last_delivered_ = base::SteadyTime::min();
};

}  // namespace gpubench::meter
