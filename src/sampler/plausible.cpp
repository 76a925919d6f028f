#include "sampler/plausible.h"

#include <algorithm>
#include <cmath>

namespace gpubench::sampler {
namespace {

// An H100's 25 ms samples went up to 1.2 times its limit.
constexpr double kAboveTheLimit = 2;
// Where no limit is known: no GPU of today draws half of it.
constexpr base::Power kAnyBoard = base::Power::from_watts(3000);
constexpr base::Temperature kColdest = base::Temperature::from_celsius(-60);
constexpr base::Temperature kHottest = base::Temperature::from_celsius(200);
constexpr double kAboveTheClock = 2;

base::Power most_power(const meter::GpuDescription& gpu) {
  const base::Power limit = std::max(gpu.max_power_limit.value_or(base::Power{}), gpu.power_limit.value_or(base::Power{}));
  return limit > base::Power{} ? limit * kAboveTheLimit : kAnyBoard;
}

std::optional<base::Frequency> most_clock(const std::optional<base::Frequency>& maximum) {
  if (!maximum || !(maximum->megahertz() > 0)) return std::nullopt;
  return base::Frequency::from_megahertz(maximum->megahertz() * kAboveTheClock);
}

}  // namespace

Plausible::Plausible(const meter::GpuDescription& gpu)
    : most_power_(most_power(gpu)),
      memory_(gpu.memory_total),
      most_sm_clock_(most_clock(gpu.max_sm_clock)),
      most_memory_clock_(most_clock(gpu.max_memory_clock)) {
  impossible_.gpu_index = gpu.index;
}

template <class Value>
void Plausible::check(meter::Field<Value>& field, std::optional<Value> least, std::optional<Value> most,
                      double (Value::*unit)() const, const char* name, const char* unit_name) {
  if (!field) return;
  const double value = ((*field).*unit)();
  if (std::isfinite(value) && (!least || !(*field < *least)) && (!most || !(*most < *field))) return;
  note(name, value, unit_name);
  field = meter::absent(meter::Absent::failed);
}

void Plausible::check(meter::GpuReading& reading) {
  using base::Power;
  using base::Ratio;
  const std::optional<Power> board = most_power_;
  const std::optional<Ratio> all = Ratio::from_percent(100);
  check(reading.utilization, std::optional(Ratio()), all, &Ratio::percent, "a utilisation", "%");
  check(reading.memory_utilization, std::optional(Ratio()), all, &Ratio::percent, "a memory utilisation", "%");
  check(reading.power, std::optional(Power()), board, &Power::watts, "a power", "W");
  check(reading.power_limit, std::optional(Power()), board, &Power::watts, "a power limit", "W");
  check(reading.temperature, std::optional(kColdest), std::optional(kHottest), &base::Temperature::celsius, "a temperature",
        "C");
  check(reading.memory_used, std::optional<base::Bytes>(), memory_, &base::Bytes::mebibytes, "a memory use", "MiB");
  check(reading.sm_clock, std::optional<base::Frequency>(), most_sm_clock_, &base::Frequency::megahertz, "a clock", "MHz");
  check(reading.memory_clock, std::optional<base::Frequency>(), most_memory_clock_, &base::Frequency::megahertz,
        "a memory clock", "MHz");
}

void Plausible::check(std::vector<meter::PowerSample>& samples) {
  const auto impossible = [&](const meter::PowerSample& sample) {
    const bool possible =
        std::isfinite(sample.power.watts()) && !(sample.power < base::Power{}) && !(most_power_ < sample.power);
    if (!possible) note("a power", sample.power.watts(), "W");
    return !possible;
  };
  samples.erase(std::remove_if(samples.begin(), samples.end(), impossible), samples.end());
}

void Plausible::note(const char* name, double value, const char* unit_name) {
  if (impossible_.count++ > 0) return;
  impossible_.first = std::string(name) + " of " + std::to_string(std::llround(value)) + " " + unit_name;
}

}  // namespace gpubench::sampler
