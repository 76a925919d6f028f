#include <chrono>
#include <cmath>
#include <functional>

#include "meter/replay/trace.h"
#include "meter/value_facts.h"

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

// Per cent, milliwatt, degree Celsius, byte, megahertz, byte per second, the driver's bits.
auto number_in_trace(const Field<base::Ratio>& /*field*/) {
  return &base::Ratio::percent;
}
auto number_in_trace(const Field<base::Power>& /*field*/) {
  return &base::Power::milliwatts;
}
auto number_in_trace(const Field<base::Temperature>& /*field*/) {
  return &base::Temperature::celsius;
}
auto number_in_trace(const Field<base::Bytes>& /*field*/) {
  return &base::Bytes::bytes;
}
auto number_in_trace(const Field<base::Frequency>& /*field*/) {
  return &base::Frequency::megahertz;
}
auto number_in_trace(const Field<base::DataRate>& /*field*/) {
  return &base::DataRate::bytes_per_second;
}
auto number_in_trace(const Field<ThrottleReasons>& /*field*/) {
  return &ThrottleReasons::bits;
}

std::string start_of_line(char letter, std::size_t gpu, base::SteadyTime time) {
  return std::string(1, letter) + " " + std::to_string(gpu) + " " + time_text(time);
}

}  // namespace

std::string reading_line(std::size_t gpu, const GpuReading& reading) {
  std::string line = start_of_line('R', gpu, reading.time);
  std::size_t fields = 0;
  std::size_t kept = 0;  // what newer boards alone report is left out where there is none
  for_each_field(reading, [&](const auto& field) {
    line += field_text(field, number_in_trace(field));
    const bool is_unsupported = !field && field.error() == Absent::unsupported;
    if (++fields <= kFirstReadingFields || !is_unsupported) kept = line.size();
  });
  line.resize(kept);
  return line + "\n";
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
