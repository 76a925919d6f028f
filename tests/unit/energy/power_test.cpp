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

constexpr base::SteadyTime kStart{100s};

Samples every_20_ms(base::SteadyTime from, base::SteadyTime until, double power) {
  Samples samples;
  for (base::SteadyTime time = from; time <= until; time += 20ms) samples.push_back({time, watts(power)});
  return samples;
}

void drop(Samples& samples, base::SteadyTime after, base::SteadyTime before) {
  std::erase_if(samples, [&](const auto& sample) { return after < sample.time && sample.time < before; });
}

TEST(RingEnergy, ConstantPowerIsExactAtAnyWindow) {
  const Power power(every_20_ms(kStart, kStart + 20s, 250));
  for (const base::Duration offset :
       {base::Duration(0), base::Duration(1ms), base::Duration(19ms), base::Duration(10'000'001ns)}) {
    const base::Window run{kStart + 1s + offset, kStart + 11s - offset / 3};
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
  for (int i = 0; i <= 100; ++i) samples.push_back({kStart + i * 20ms, watts(i * 2.0)});  // 100 W/s
  const auto estimate = energy_from_power(Power(samples), {kStart + 507ms, kStart + 1513ms});
  EXPECT_NEAR(estimate->energy.joules(), 50 * (1.513 * 1.513 - 0.507 * 0.507), 1e-9);
}

TEST(RingEnergy, RealTimesCountNotNominalOnes) {
  std::mt19937 random(5);
  Samples samples;
  for (base::SteadyTime time = kStart; time < kStart + 10s; time += std::uniform_int_distribution<>(9, 31)(random) * 1ms) {
    samples.push_back({time, watts(400)});
  }
  const auto estimate = energy_from_power(Power(samples), {kStart + 1s, kStart + 9s});
  EXPECT_NEAR(estimate->energy.joules(), 3200, 1e-9);
  EXPECT_EQ(estimate->coverage.fraction(), 1.0);
}

TEST(RingEnergy, GapIsBridgedAndNotCovered) {
  Samples samples = every_20_ms(kStart, kStart + 12s, 300);
  drop(samples, kStart + 4s, kStart + 4640ms);
  const auto estimate = energy_from_power(Power(samples), {kStart + 1s, kStart + 11s});
  EXPECT_NEAR(estimate->energy.joules(), 3000, 1e-9);
  EXPECT_NEAR(estimate->coverage.fraction(), 1 - 0.064, 1e-12);
  EXPECT_EQ(estimate->longest_gap, 640ms);
}

TEST(RingEnergy, GapAcrossAnEndCountsAsFarAsItLiesInside) {
  Samples samples = every_20_ms(kStart, kStart + 12s, 300);
  drop(samples, kStart + 800ms, kStart + 1200ms);
  const auto estimate = energy_from_power(Power(samples), {kStart + 1s, kStart + 11s});
  EXPECT_NEAR(estimate->energy.joules(), 3000, 1e-9);
  EXPECT_NEAR(estimate->coverage.fraction(), 0.98, 1e-12);
  EXPECT_EQ(estimate->longest_gap, 200ms);
}

TEST(RingEnergy, OneLostSampleIsNoGap) {
  Samples samples = every_20_ms(kStart, kStart + 12s, 300);
  drop(samples, kStart + 4s, kStart + 4040ms);
  EXPECT_EQ(energy_from_power(Power(samples), {kStart + 1s, kStart + 11s})->coverage.fraction(), 1.0);
  drop(samples, kStart + 4s, kStart + 4080ms);
  EXPECT_NEAR(energy_from_power(Power(samples), {kStart + 1s, kStart + 11s})->coverage.fraction(), 0.992, 1e-12);
}

TEST(RingEnergy, MissingHeadAndTailAreHeldButNotCovered) {
  const auto estimate = energy_from_power(Power(every_20_ms(kStart + 1s, kStart + 9s, 300)), {kStart, kStart + 10s});
  EXPECT_NEAR(estimate->energy.joules(), 3000, 1e-9);
  EXPECT_NEAR(estimate->coverage.fraction(), 0.8, 1e-12);
  EXPECT_EQ(estimate->longest_gap, 1s);
}

TEST(RingEnergy, RunShorterThanASampleLiesBetweenTwo) {
  const auto estimate = energy_from_power(Power(every_20_ms(kStart, kStart + 1s, 300)), {kStart + 501ms, kStart + 502ms});
  ASSERT_TRUE(estimate);
  EXPECT_NEAR(estimate->energy.joules(), 0.3, 1e-12);
  EXPECT_EQ(estimate->coverage.fraction(), 1.0);
  EXPECT_EQ(estimate->samples, 0U);
}

TEST(RingEnergy, TooLittleIsAnError) {
  const base::Window run{kStart, kStart + 10s};
  EXPECT_FALSE(energy_from_power(Power(), run));
  EXPECT_FALSE(energy_from_power(Power(Samples{{kStart + 1s, watts(5)}}), run));
  EXPECT_FALSE(energy_from_power(Power(every_20_ms(kStart - 5s, kStart - 1s, 300)), run));
  EXPECT_FALSE(energy_from_power(Power(every_20_ms(kStart + 11s, kStart + 12s, 300)), run));
  EXPECT_FALSE(energy_from_power(Power(every_20_ms(kStart, kStart + 10s, 300)), {kStart + 1s, kStart + 1s}));
  EXPECT_FALSE(energy_from_power(Power(every_20_ms(kStart - 5s, kStart - 10ms, 300)), {kStart, kStart + 20ms}))
      << "one side";
}

TEST(RingEnergy, RunWithinAGapIsAnError) {
  Samples samples = every_20_ms(kStart, kStart + 12s, 300);
  drop(samples, kStart + 4s, kStart + 4640ms);
  EXPECT_FALSE(energy_from_power(Power(samples), {kStart + 4300ms, kStart + 4350ms}));
}

TEST(RingEnergy, SamplesOutOfOrderAreLeftOut) {
  Samples samples = every_20_ms(kStart, kStart + 2s, 300);
  samples.insert(samples.begin() + 60, {kStart + 1180ms, watts(1e9)});
  EXPECT_NEAR(energy_from_power(Power(samples), {kStart + 1s, kStart + 2s})->energy.joules(), 300, 1e-9);
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

meter::GpuReading reading(base::SteadyTime time, std::optional<double> power) {
  meter::GpuReading reading;
  reading.time = time;
  if (power) reading.power = watts(*power);
  return reading;
}

TEST(AverageEnergy, TrapezoidsOnRealTimes) {
  series::MemorySeries<meter::GpuReading> readings;
  readings.append(reading(kStart, 100));
  readings.append(reading(kStart + 4s, 300));
  readings.append(reading(kStart + 5s, std::nullopt));  // failed: bridged
  readings.append(reading(kStart + 6s, 500));
  readings.append(reading(kStart + 10s, 500));
  const auto estimate = energy_from_average_power(readings, {kStart, kStart + 10s});
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->method, EnergyMethod::plain_power) << "no reading a second after the end";
  EXPECT_NEAR(estimate->energy.joules(), 800 + 800 + 2000, 1e-9);
  EXPECT_EQ(estimate->samples, 3U) << "the end is not part of the run";
}

TEST(AverageEnergy, NoPowerValueIsAnError) {
  series::MemorySeries<meter::GpuReading> readings;
  for (int i = 0; i < 10; ++i) readings.append(reading(kStart + i * 1s, std::nullopt));
  EXPECT_FALSE(energy_from_average_power(readings, {kStart, kStart + 9s}));
}

}  // namespace
}  // namespace gpubench::energy
