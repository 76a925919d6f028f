// Energy from power samples.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "simulated_run.h"

namespace gpubench::energy {
namespace {

using Samples = std::vector<meter::PowerSample>;
using Power = series::MemorySeries<meter::PowerSample>;

constexpr base::SteadyTime kRunStart{100s};

Samples every_20_ms(base::SteadyTime from, base::SteadyTime until, double power) {
  Samples samples;
  for (base::SteadyTime time = from; time <= until; time += 20ms) samples.push_back({time, watts(power)});
  return samples;
}

void drop(Samples& samples, base::SteadyTime after, base::SteadyTime before) {
  std::erase_if(samples, [&](const auto& sample) { return after < sample.time && sample.time < before; });
}

TEST(RingEnergy, ConstantPowerIsExactAtAnyWindow) {
  const Power power(every_20_ms(kRunStart, kRunStart + 20s, 250));
  for (const base::Duration offset :
       {base::Duration(0), base::Duration(1ms), base::Duration(19ms), base::Duration(10'000'001ns)}) {
    const base::Window run{kRunStart + 1s + offset, kRunStart + 11s - offset / 3};
    const auto estimate = energy_from_power(power, run);
    ASSERT_TRUE(estimate);
    EXPECT_NEAR(estimate->energy.joules(), 250 * base::to_seconds(run.length()), 1e-9);
    EXPECT_EQ(estimate->coverage.fraction(), 1.0);
    EXPECT_EQ(estimate->longest_gap, 20ms);
    EXPECT_EQ(estimate->method, EnergyMethod::power_ring);
    EXPECT_NEAR(static_cast<double>(estimate->samples), 500, 1);
  }
}

TEST(RingEnergy, RampIsExactBecauseEndsAreInterpolated) {
  Samples samples;
  for (int i = 0; i <= 100; ++i) samples.push_back({kRunStart + i * 20ms, watts(i * 2.0)});  // 100 W/s
  const auto estimate = energy_from_power(Power(samples), {kRunStart + 507ms, kRunStart + 1513ms});
  EXPECT_NEAR(estimate->energy.joules(), 50 * (1.513 * 1.513 - 0.507 * 0.507), 1e-9);
}

TEST(RingEnergy, RealTimesCountNotNominalOnes) {
  std::mt19937 random(5);
  Samples samples;
  for (base::SteadyTime time = kRunStart; time < kRunStart + 10s;
       time += std::uniform_int_distribution<>(9, 31)(random) * 1ms) {
    samples.push_back({time, watts(400)});
  }
  const auto estimate = energy_from_power(Power(samples), {kRunStart + 1s, kRunStart + 9s});
  EXPECT_NEAR(estimate->energy.joules(), 3200, 1e-9);
  EXPECT_EQ(estimate->coverage.fraction(), 1.0);
}

TEST(RingEnergy, GapIsBridgedAndNotCovered) {
  Samples samples = every_20_ms(kRunStart, kRunStart + 12s, 300);
  drop(samples, kRunStart + 4s, kRunStart + 4640ms);
  const auto estimate = energy_from_power(Power(samples), {kRunStart + 1s, kRunStart + 11s});
  EXPECT_NEAR(estimate->energy.joules(), 3000, 1e-9);
  EXPECT_NEAR(estimate->coverage.fraction(), 1 - 0.064, 1e-12);
  EXPECT_EQ(estimate->longest_gap, 640ms);
}

TEST(RingEnergy, GapAcrossAnEndCountsAsFarAsItLiesInside) {
  Samples samples = every_20_ms(kRunStart, kRunStart + 12s, 300);
  drop(samples, kRunStart + 800ms, kRunStart + 1200ms);
  const auto estimate = energy_from_power(Power(samples), {kRunStart + 1s, kRunStart + 11s});
  EXPECT_NEAR(estimate->energy.joules(), 3000, 1e-9);
  EXPECT_NEAR(estimate->coverage.fraction(), 0.98, 1e-12);
  EXPECT_EQ(estimate->longest_gap, 200ms);
}

TEST(RingEnergy, OneLostSampleIsNoGap) {
  Samples samples = every_20_ms(kRunStart, kRunStart + 12s, 300);
  drop(samples, kRunStart + 4s, kRunStart + 4040ms);
  EXPECT_EQ(energy_from_power(Power(samples), {kRunStart + 1s, kRunStart + 11s})->coverage.fraction(), 1.0);
  drop(samples, kRunStart + 4s, kRunStart + 4080ms);
  EXPECT_NEAR(energy_from_power(Power(samples), {kRunStart + 1s, kRunStart + 11s})->coverage.fraction(), 0.992, 1e-12);
}

TEST(RingEnergy, MissingHeadAndTailAreHeldButNotCovered) {
  const auto estimate =
      energy_from_power(Power(every_20_ms(kRunStart + 1s, kRunStart + 9s, 300)), {kRunStart, kRunStart + 10s});
  EXPECT_NEAR(estimate->energy.joules(), 3000, 1e-9);
  EXPECT_NEAR(estimate->coverage.fraction(), 0.8, 1e-12);
  EXPECT_EQ(estimate->longest_gap, 1s);
}

TEST(RingEnergy, RunBetweenTwoFineSamplesMayHaveUsedAnyPower) {
  const Power power(every_20_ms(kRunStart, kRunStart + 1s, 300));
  const auto estimate = energy_from_power(power, {kRunStart + 501ms, kRunStart + 502ms}, {watts(700), 1ms});
  ASSERT_TRUE(estimate);
  EXPECT_NEAR(estimate->energy.joules(), 0.3, 1e-9);
  EXPECT_GE(estimate->uncertainty.comparative().joules(), 0.4);  // 700 W for 1 ms
}

TEST(RingEnergy, RunBetweenTwoCoarseSamplesIsNotSeen) {
  Samples samples;
  for (base::Duration at{}; at < 5s; at += 200ms) samples.push_back({kRunStart + at, watts(300)});
  EXPECT_FALSE(energy_from_power(Power(samples), {kRunStart + 1050ms, kRunStart + 1052ms}));
}

TEST(RingEnergy, RunInAGapIsNotSeen) {
  Samples samples = every_20_ms(kRunStart, kRunStart + 2s, 300);
  drop(samples, kRunStart + 800ms, kRunStart + 1200ms);
  EXPECT_FALSE(energy_from_power(Power(samples), {kRunStart + 1050ms, kRunStart + 1052ms}));
}

TEST(RingEnergy, SaysHowFarApartItsSamplesAre) {
  const auto text = [](base::Duration period) {
    Samples samples;
    for (base::Duration at{}; at < 10s; at += period) samples.push_back({kRunStart + at, watts(300)});
    return method_text(*energy_from_power(Power(samples), {kRunStart + 1s, kRunStart + 8s}));
  };
  EXPECT_EQ(text(20ms), "power samples (20 ms)");
  EXPECT_EQ(text(21ms), "power samples (20 ms)");
  EXPECT_EQ(text(200ms), "power samples (200 ms)");
}

TEST(RingEnergy, TooLittleIsAnError) {
  const base::Window run{kRunStart, kRunStart + 10s};
  EXPECT_FALSE(energy_from_power(Power(), run));
  EXPECT_FALSE(energy_from_power(Power(Samples{{kRunStart + 1s, watts(5)}}), run));
  EXPECT_FALSE(energy_from_power(Power(every_20_ms(kRunStart - 5s, kRunStart - 1s, 300)), run));
  EXPECT_FALSE(energy_from_power(Power(every_20_ms(kRunStart + 11s, kRunStart + 12s, 300)), run));
  EXPECT_FALSE(energy_from_power(Power(every_20_ms(kRunStart, kRunStart + 10s, 300)), {kRunStart + 1s, kRunStart + 1s}));
  EXPECT_FALSE(energy_from_power(Power(every_20_ms(kRunStart - 5s, kRunStart - 10ms, 300)), {kRunStart, kRunStart + 20ms}))
      << "one side";
}

TEST(RingEnergy, RunWithinAGapIsAnError) {
  Samples samples = every_20_ms(kRunStart, kRunStart + 12s, 300);
  drop(samples, kRunStart + 4s, kRunStart + 4640ms);
  EXPECT_FALSE(energy_from_power(Power(samples), {kRunStart + 4300ms, kRunStart + 4350ms}));
}

TEST(RingEnergy, SamplesOutOfOrderAreLeftOut) {
  Samples samples = every_20_ms(kRunStart, kRunStart + 2s, 300);
  samples.insert(samples.begin() + 60, {kRunStart + 1180ms, watts(1e9)});
  EXPECT_NEAR(energy_from_power(Power(samples), {kRunStart + 1s, kRunStart + 2s})->energy.joules(), 300, 1e-9);
}

TEST(RingEnergy, FollowsTheSimulatedLoads) {
  for (const Load& load : {constant_load(690), square_wave(137ms, 650, 150), random_bursts(3)}) {
    Conditions conditions;
    conditions.length = 10s;
    const SimulatedRun run = simulate(conditions, load);
    const auto estimate = energy_from_power(*run.series[0].power, run.run);
    ASSERT_TRUE(estimate);
    EXPECT_EQ(estimate->coverage.fraction(), 1.0);
    EXPECT_LT(std::abs(run.error_of(*estimate)), 0.005);
  }
}

meter::GpuReading power_reading(base::SteadyTime time, std::optional<double> power) {
  meter::GpuReading reading;
  reading.time = time;
  if (power) reading.power = watts(*power);
  return reading;
}

TEST(AverageEnergy, TrapezoidsOnRealTimes) {
  series::MemorySeries<meter::GpuReading> readings;
  readings.append(power_reading(kRunStart, 100));
  readings.append(power_reading(kRunStart + 4s, 300));
  readings.append(power_reading(kRunStart + 5s, std::nullopt));  // failed: bridged
  readings.append(power_reading(kRunStart + 6s, 500));
  readings.append(power_reading(kRunStart + 10s, 500));
  const auto estimate = energy_from_average_power(readings, {kRunStart, kRunStart + 10s});
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->method, EnergyMethod::plain_power) << "no reading a second after the end";
  EXPECT_NEAR(estimate->energy.joules(), 800 + 800 + 2000, 1e-9);
  EXPECT_EQ(estimate->samples, 3U) << "the end is not part of the run";
}

TEST(AverageEnergy, WhatLiesBetweenSeldomReadingsIsInTheInterval) {
  series::MemorySeries<meter::GpuReading> readings;
  for (int i = 0; i <= 3; ++i) readings.append(power_reading(kRunStart + i * 5s, 100));
  const auto estimate = energy_from_average_power(readings, {kRunStart, kRunStart + 10s}, {watts(700)});
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->coverage.fraction(), 0);
  EXPECT_GT(estimate->uncertainty.comparative().joules(), 6000) << "it may have been 600 W more all the time";
}

TEST(AverageEnergy, ReadingsOutsideTheRunHaveNoSay) {
  series::MemorySeries<meter::GpuReading> readings;
  readings.append(power_reading(kRunStart, 60));
  readings.append(power_reading(kRunStart + 5s, 60));
  EXPECT_FALSE(energy_from_average_power(readings, {kRunStart + 1s, kRunStart + 4s}, {watts(700)}));
}

TEST(AverageEnergy, NoPowerValueIsAnError) {
  series::MemorySeries<meter::GpuReading> readings;
  for (int i = 0; i < 10; ++i) readings.append(power_reading(kRunStart + i * 1s, std::nullopt));
  EXPECT_FALSE(energy_from_average_power(readings, {kRunStart, kRunStart + 9s}));
}

}  // namespace
}  // namespace gpubench::energy
