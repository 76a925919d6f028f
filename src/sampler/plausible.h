// Values that a board cannot have: the driver's answer counts as failed, wherever it would go.
#pragma once

#include <optional>
#include <vector>

#include "meter/reading.h"
#include "sampler/options.h"

namespace gpubench::sampler {

// Of one GPU, by what its description says is possible.
class Plausible {
 public:
  explicit Plausible(const meter::GpuDescription& gpu);
  // Puts an impossible value out: absent, and counted.
  void check(meter::GpuReading& reading);
  // Takes impossible samples out.
  void check(std::vector<meter::PowerSample>& samples);
  [[nodiscard]] const Impossible& impossible() const { return impossible_; }

 private:
  template <class Value>
  void check(meter::Field<Value>& field, std::optional<Value> least, std::optional<Value> most,
             double (Value::*unit)() const, const char* name, const char* unit_name);
  void note(const char* name, double value, const char* unit_name);

  base::Power most_power_;
  std::optional<base::Bytes> memory_;
  std::optional<base::Frequency> most_sm_clock_;
  std::optional<base::Frequency> most_memory_clock_;
  Impossible impossible_;
};

}  // namespace gpubench::sampler
