// States of the live view for its tests.
#pragma once

#include <chrono>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "live/view_state.h"

namespace gpubench::live::example {

using namespace std::chrono_literals;

inline constexpr base::WallTime kStart{1795349112s};  // 2026-11-22 12:05:12 UTC

inline std::vector<std::size_t> all_of(int count) {
  std::vector<std::size_t> positions(static_cast<std::size_t>(count));
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  return positions;
}

inline std::vector<meter::GpuDescription> gpus(int count) {
  std::vector<meter::GpuDescription> all;
  for (int i = 0; i < count; ++i) {
    meter::GpuDescription gpu;
    gpu.index = i;
    gpu.name = "NVIDIA H200";
    gpu.power_limit = base::Power::from_watts(700);
    gpu.memory_total = base::Bytes::from_mebibytes(143771);
    gpu.max_sm_clock = base::Frequency::from_megahertz(1980);
    gpu.max_memory_clock = base::Frequency::from_megahertz(3201);
    gpu.max_operating_temperature = base::Temperature::from_celsius(87);
    all.push_back(gpu);
  }
  return all;
}

// A load that rises and falls, each GPU a little later than the one before; each in another state of its clocks.
inline record::Progress progress(int gpus, int second) {
  constexpr std::uint64_t kReasons[] = {0x4, 0x0, 0x1, 0x40, 0x20, 0x8, 0x2, 0x80};
  record::Progress snapshot;
  snapshot.tick = static_cast<std::size_t>(second);
  snapshot.time = kStart + std::chrono::seconds(second);
  for (int i = 0; i < gpus; ++i) {
    const double load = 0.5 + 0.5 * std::sin(second / 4.0 - i);
    meter::GpuReading reading;
    reading.utilization = base::Ratio::from_fraction(load);
    reading.power = base::Power::from_watts(90 + 600 * load);
    reading.temperature = base::Temperature::from_celsius(std::round(36 + 47 * load));
    reading.memory_used = base::Bytes::from_mebibytes(6500.25 + 1000 * i);
    reading.sm_clock = base::Frequency::from_megahertz(std::round(345 + 1400 * load));
    reading.memory_clock = base::Frequency::from_megahertz(3201);
    reading.throttle_reasons = meter::ThrottleReasons{kReasons[i % 8]};
    snapshot.readings.push_back(reading);
  }
  const base::Energy each = base::Power::from_watts(390) * std::chrono::seconds(second);
  snapshot.energy = record::EnergyNow{std::chrono::seconds(second), {static_cast<std::size_t>(gpus), each}};
  const auto intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(162);
  snapshot.carbon = record::CarbonNow{
      {{}, {}, intensity, carbon::IntensityKind::forecast, "Carbon Intensity API, South England (region 12)", {}},
      each * gpus * intensity};
  return snapshot;
}

// After `seconds` of a run on so many GPUs.
inline ViewState running(int count, int seconds) {
  ViewState state(gpus(count), all_of(count), "synthetic_regression", "");
  state.start(kStart);
  for (int second = 0; second <= seconds; ++second) {
    state.take(progress(count, second));
    state.take_log("Epoch " + std::to_string(second + 1) + "/100  loss=0.5\n", kStart + std::chrono::seconds(second));
  }
  return state;
}

}  // namespace gpubench::live::example
