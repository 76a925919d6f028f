#include "meter/nvml/nvml_device.h"

namespace gpubench::meter {
namespace {

Field<base::Power> from_milliwatts(const Field<std::uint32_t>& milliwatts) {
  return milliwatts.map([](std::uint32_t value) { return base::Power::from_milliwatts(value); });
}

Field<base::Ratio> from_percent(std::uint32_t percent) {
  if (percent > 100) return absent(Absent::failed);  // also the driver's "no value"
  return base::Ratio::from_percent(percent);
}

Field<base::Bytes> from_bytes(std::uint64_t bytes) {
  if (bytes == kNvmlNoValue64) return absent(Absent::failed);
  return base::Bytes::from_bytes(static_cast<double>(bytes));
}

bool unsupported(const auto& field) {
  return !field && field.error() == Absent::unsupported;
}

}  // namespace

NvmlDevice::NvmlDevice(const NvmlApi& api, NvmlHandle device, const platform::Clock& clock)
    : device_(device),
      clock_(clock),
      utilization_(api.values.utilization),
      power_usage_(api.values.power_usage),
      power_average_(api.values.field_values, kNvmlFieldPowerAverage),
      enforced_power_limit_(api.description.enforced_power_limit),
      temperature_versioned_(api.values.temperature_versioned),
      temperature_(api.values.temperature),
      memory_v2_(api.values.memory_v2),
      memory_v1_(api.values.memory_v1),
      sm_clock_(api.values.clock),
      memory_clock_(api.values.clock),
      event_reasons_(api.values.event_reasons),
      throttle_reasons_(api.values.throttle_reasons),
      total_energy_(api.values.total_energy),
      total_energy_field_(api.values.field_values, kNvmlFieldTotalEnergy),
      ring_(api, device, clock),
      activity_(api, device) {}

GpuReading NvmlDevice::read() {
  GpuReading reading;
  const base::SteadyTime before = clock_.now();
  read_utilization(reading);
  reading.power = read_power();
  reading.power_limit = from_milliwatts(enforced_power_limit_.value<std::uint32_t>(device_));
  reading.temperature = read_temperature();
  reading.memory_used = read_memory_used();
  reading.sm_clock = read_clock(kNvmlClockSm);
  reading.memory_clock = read_clock(kNvmlClockMemory);
  reading.throttle_reasons = read_throttle_reasons();
  const base::SteadyTime after = clock_.now();
  reading.time = before + (after - before) / 2;
  activity_.read(reading, after);
  return reading;
}

void NvmlDevice::read_utilization(GpuReading& reading) {
  NvmlUtilization rates;
  const int code = utilization_(device_, &rates);
  if (code != kNvmlSuccess) {
    reading.utilization = absent(absent_of(code));
    reading.memory_utilization = absent(absent_of(code));
    return;
  }
  reading.utilization = from_percent(rates.gpu);
  reading.memory_utilization = from_percent(rates.memory);
}

Field<base::Power> NvmlDevice::read_power() {
  const auto power = from_milliwatts(power_usage_.value<std::uint32_t>(device_));
  if (!unsupported(power)) return power;
  return power_average_.read(device_).map([](double value) { return base::Power::from_milliwatts(value); });
}

Field<base::Temperature> NvmlDevice::read_temperature() {
  const auto celsius = [](auto value) { return base::Temperature::from_celsius(value); };
  NvmlTemperature versioned;
  versioned.version = kNvmlTemperatureVersion;
  const int code = temperature_versioned_(device_, &versioned);
  if (code != kNvmlSuccess && absent_of(code) != Absent::unsupported) return absent(absent_of(code));
  if (code != kNvmlSuccess) return temperature_.value<std::uint32_t>(device_, kNvmlTemperatureGpu).map(celsius);
  if (static_cast<std::uint32_t>(versioned.celsius) == kNvmlNoValue32) return absent(Absent::failed);
  return celsius(versioned.celsius);
}

Field<base::Bytes> NvmlDevice::read_memory_used() {
  NvmlMemoryV2 split;
  split.version = kNvmlMemoryV2Version;
  const int code = memory_v2_(device_, &split);
  if (code == kNvmlSuccess) return from_bytes(split.used);
  if (absent_of(code) != Absent::unsupported) return absent(absent_of(code));
  NvmlMemoryV1 plain;
  const int plain_code = memory_v1_(device_, &plain);
  if (plain_code != kNvmlSuccess) return absent(absent_of(plain_code));
  return from_bytes(plain.used);
}

Field<base::Frequency> NvmlDevice::read_clock(int type) {
  auto& call = type == kNvmlClockSm ? sm_clock_ : memory_clock_;
  return call.value<std::uint32_t>(device_, type).map([](std::uint32_t value) {
    return base::Frequency::from_megahertz(value);
  });
}

Field<ThrottleReasons> NvmlDevice::read_throttle_reasons() {
  auto bits = event_reasons_.value<NvmlApi::Long>(device_);
  if (unsupported(bits)) bits = throttle_reasons_.value<NvmlApi::Long>(device_);
  return bits.map([](NvmlApi::Long value) { return ThrottleReasons{value}; });
}

Field<CounterReading> NvmlDevice::read_energy_counter() {
  base::SteadyTime before = clock_.now();
  auto millijoules =
      total_energy_.value<NvmlApi::Long>(device_).map([](NvmlApi::Long value) { return static_cast<double>(value); });
  if (unsupported(millijoules)) {
    before = clock_.now();
    millijoules = total_energy_field_.read(device_);
  }
  const base::SteadyTime after = clock_.now();
  if (!millijoules) return absent(millijoules.error());
  return CounterReading{before, after, base::Energy::from_millijoules(*millijoules)};
}

}  // namespace gpubench::meter
