#include "support/fake_nvml/machine.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace gpubench::fake_nvml {
namespace {

NvmlValue ring_value(int type, double milliwatts) {
  NvmlValue value{};
  if (type == kNvmlDouble)
    value.real = milliwatts;
  else if (type == kNvmlUnsignedInt)
    value.unsigned_32 = static_cast<std::uint32_t>(std::lround(milliwatts));
  else
    value.unsigned_64 = static_cast<std::uint64_t>(std::llround(milliwatts));
  return value;
}

}  // namespace

Machine& machine() {
  static Machine instance;
  return instance;
}

void watch_load_files(Machine& m) {
  while (!m.stop_watching) {
    {
      const std::lock_guard lock(m.mutex);
      const double t = m.now();
      for (Gpu& gpu : m.script.gpus) {
        if (gpu.profile.load_file.empty()) continue;
        const double watts = access(gpu.profile.load_file.c_str(), F_OK) == 0 ? gpu.profile.high : gpu.profile.low;
        if (watts != gpu.profile.pieces.back().second) gpu.profile.pieces.emplace_back(t, watts);
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

double floor_to(double t, double period) {
  return std::floor(t / period + 1e-9) * period;
}

double mean_watts(const Gpu& gpu, double end, double length) {
  return (gpu.profile.joules(end) - gpu.profile.joules(end - length)) / length;
}

double share_of_load(const Gpu& gpu, double t) {
  const double idle = gpu.profile.lowest();
  const double end = floor_to(t, 0.2);
  return mean_watts(gpu, end, 0.2) > idle * 1.05 + 1.0 ? 1.0 : 0.0;
}

double counter_millijoules(const Gpu& gpu, double t) {
  const Counter& counter = gpu.counter;
  constexpr double kBefore = 1e6;  // joules counted before the fake began
  double seen = floor_to(t - counter.lag, 0.1) + counter.lag;
  if (seen >= counter.restart_at) return 1e3 * (gpu.profile.joules(seen) - gpu.profile.joules(counter.restart_at));
  seen = std::min(seen, floor_to(counter.frozen_at, 0.1));
  const double energy = std::isnan(counter.rate) ? gpu.profile.joules(seen) : counter.rate * seen;
  return 1e3 * (kBefore + energy + (seen >= counter.jump_at ? counter.jump_joules : 0.0));
}

std::vector<NvmlSample> ring_samples(const Machine& m, const Gpu& gpu, double t) {
  const Ring& ring = gpu.ring;
  std::vector<NvmlSample> samples;
  const auto newest = static_cast<std::int64_t>(std::floor(t / ring.period + 1e-9));
  for (std::int64_t i = newest - ring.depth + 1; i <= newest; ++i) {
    const double at = static_cast<double>(i) * ring.period;
    NvmlSample sample;
    if (i - (newest - ring.depth + 1) >= ring.zero) {
      sample.stamp_us = m.stamp_us(at) + static_cast<std::uint64_t>(ring.future * 1e6);
    }
    sample.value = ring_value(ring.type, 1e3 * mean_watts(gpu, at, ring.period));
    samples.push_back(sample);
  }
  return samples;
}

std::uint64_t held_nanoseconds(const Gpu& gpu, double t, double share) {
  double busy = 0.0;
  for (double at = 0.0; at < t; at += 0.01) {
    if (mean_watts(gpu, at + 0.01, 0.01) > gpu.profile.lowest() * 1.05 + 1.0) busy += 0.01;
  }
  return static_cast<std::uint64_t>(std::llround((1000.0 + share * busy) * 1e9));  // there was some before
}

}  // namespace gpubench::fake_nvml
