#include <chrono>
#include <cmath>
#include <functional>

#include "meter/replay/trace.h"

namespace gpubench::meter {
namespace {

std::string time_text(base::SteadyTime time) {
  return std::to_string(std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count());
}

char sign_of(Absent why) {
  switch (why) {
    case Absent::unsupported:
      return '-';
    case Absent::gpu_lost:
      return 'x';
    case Absent::failed:
      break;
  }
  return '!';
}

// " 123": a whole number in the unit that `read` gives.
template <class Value, class Read>
std::string field_text(const Field<Value>& field, Read read) {
  if (!field) return std::string(" ") + sign_of(field.error());
  const double number = std::round(static_cast<double>(std::invoke(read, *field)));
  const bool fits = number >= 0.0 && number <= 9007199254740992.0;  // false for not-a-number too
  if (!fits) return " !";
  return " " + std::to_string(static_cast<std::uint64_t>(number));
}

std::string start_of_line(char letter, std::size_t gpu, base::SteadyTime time) {
  return std::string(1, letter) + " " + std::to_string(gpu) + " " + time_text(time);
}

}  // namespace

std::string reading_line(std::size_t gpu, const GpuReading& reading) {
  return start_of_line('R', gpu, reading.time) + field_text(reading.utilization, &base::Ratio::percent) +
         field_text(reading.memory_utilization, &base::Ratio::percent) +
         field_text(reading.power, &base::Power::milliwatts) + field_text(reading.power_limit, &base::Power::milliwatts) +
         field_text(reading.temperature, &base::Temperature::celsius) +
         field_text(reading.memory_used, &base::Bytes::bytes) + field_text(reading.sm_clock, &base::Frequency::megahertz) +
         field_text(reading.memory_clock, &base::Frequency::megahertz) +
         field_text(reading.throttle_reasons, &ThrottleReasons::bits) + "\n";
}

std::string counter_line(std::size_t gpu, const TraceCounter& reading) {
  const auto millijoules = [](base::Energy energy) { return energy.joules() * 1e3; };
  return start_of_line('E', gpu, reading.before) + " " + time_text(reading.after) + field_text(reading.energy, millijoules) +
         "\n";
}

std::string power_line(std::size_t gpu, const TracePower& sample) {
  return start_of_line('P', gpu, sample.time) + field_text(sample.power, &base::Power::milliwatts) + "\n";
}

}  // namespace gpubench::meter
