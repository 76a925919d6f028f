#include "run/cool_down.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "meter/open.h"

namespace gpubench::run {
namespace {

constexpr base::Duration kLongestWait = std::chrono::seconds(300);
constexpr base::Duration kBetweenReadings = std::chrono::seconds(1);
constexpr double kTolerance = 2;  // degrees Celsius

struct Extremes {
  std::optional<double> coldest;  // degrees Celsius; empty: no GPU reports its temperature
  std::optional<double> hottest;
};

Extremes read_temperatures(meter::GpuMeter& meter) {
  Extremes extremes;
  for (std::size_t gpu = 0; gpu < meter.gpus().size(); ++gpu) {
    const meter::GpuReading reading = meter.read(gpu);
    if (!reading.temperature.has_value()) continue;
    const double celsius = reading.temperature->celsius();
    extremes.coldest = std::min(extremes.coldest.value_or(celsius), celsius);
    extremes.hottest = std::max(extremes.hottest.value_or(celsius), celsius);
  }
  return extremes;
}

std::string doubt_of(const Extremes& now, double target) {
  if (!now.hottest) return "no GPU reports its temperature";
  if (*now.hottest > target + kTolerance) return fmt::format("after 300 s a GPU still had {:.0f} \u00b0C", *now.hottest);
  if (*now.coldest < target - kTolerance)
    return fmt::format("a GPU had only {:.0f} \u00b0C: more --warmup, or a lower --start-at", *now.coldest);
  return {};
}

}  // namespace

base::Result<CoolDown> cool_down(const meter::MeterSpec& spec, base::Temperature target, const platform::Clock& clock,
                                 platform::SignalQueue& signals) {
  const auto meter = meter::open_meter(spec, clock, signals.fd());
  if (!meter) return base::failure(meter.error());
  const base::SteadyTime end = clock.now() + kLongestWait;
  for (;;) {
    const Extremes now = read_temperatures(**meter);
    const bool waits = now.hottest && *now.hottest > target.celsius() + kTolerance && clock.now() < end;
    if (!waits) return CoolDown{{}, doubt_of(now, target.celsius())};
    if (const auto signal = signals.wait(kBetweenReadings)) return CoolDown{signal, {}};
  }
}

}  // namespace gpubench::run
