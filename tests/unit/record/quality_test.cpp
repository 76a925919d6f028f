#include "record/quality.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace gpubench::record {
namespace {

using namespace std::chrono_literals;
using base::SteadyTime;

constexpr base::Window kRun{SteadyTime(10s), SteadyTime(20s)};

std::vector<meter::PowerSample> every_20_ms(base::Duration from, base::Duration until) {
  std::vector<meter::PowerSample> samples;
  for (base::Duration time = from; time <= until; time += 20ms)
    samples.push_back({SteadyTime(time), base::Power::from_watts(100)});
  return samples;
}

RingQuality quality_of(std::vector<meter::PowerSample> samples) {
  return ring_quality(series::MemorySeries<meter::PowerSample>(std::move(samples)), kRun);
}

TEST(RingQuality, NothingLost) {
  const RingQuality quality = quality_of(every_20_ms(9s, 21s));
  EXPECT_EQ(quality.samples, 500U);
  EXPECT_EQ(quality.lost, 0U);
  EXPECT_NEAR(base::to_seconds(quality.spacing), 0.02, 0.001);
  EXPECT_LT(quality.jitter, 1ms);
}

TEST(RingQuality, AnOverwrittenRingIsCounted) {
  auto samples = every_20_ms(9s, 21s);
  std::erase_if(samples,
                [](const auto& sample) { return sample.time > SteadyTime(12s) && sample.time < SteadyTime(12640ms); });
  EXPECT_NEAR(static_cast<double>(quality_of(samples).lost), 31, 1);
  auto stalled = every_20_ms(9s, 21s);
  std::erase_if(stalled, [](const auto& sample) { return sample.time > SteadyTime(12s) && sample.time < SteadyTime(17s); });
  EXPECT_NEAR(static_cast<double>(quality_of(stalled).lost), 249, 6);
}

TEST(RingQuality, SamplesThatEndWithTheGpu) {
  EXPECT_NEAR(static_cast<double>(quality_of(every_20_ms(9s, 15s)).lost), 249, 6);
  EXPECT_EQ(quality_of({}).samples, 0U);
  EXPECT_EQ(quality_of({}).lost, 0U);
}

TEST(RingQuality, UnevenSpacingIsJitter) {
  std::vector<meter::PowerSample> samples;
  base::Duration time = 9s;
  for (int i = 0; i < 700; ++i, time += i % 2 == 0 ? 16ms : 24ms)
    samples.push_back({SteadyTime(time), base::Power::from_watts(100)});
  EXPECT_GT(quality_of(samples).jitter, 3ms);
  EXPECT_LT(quality_of(samples).jitter, 8ms);
}

meter::GpuReading reading(base::Duration time, double percent, double watts) {
  meter::GpuReading reading;
  reading.time = SteadyTime(time);
  reading.utilization = base::Ratio::from_percent(percent);
  reading.power = base::Power::from_watts(watts);
  return reading;
}

series::GpuSeries series_of(std::vector<meter::GpuReading> readings, std::vector<meter::PowerSample> power = {}) {
  series::GpuSeries series;
  series.readings = std::make_unique<series::MemorySeries<meter::GpuReading>>(std::move(readings));
  series.power = std::make_unique<series::MemorySeries<meter::PowerSample>>(std::move(power));
  return series;
}

TEST(Utilized, AReadingSpeaksForTheTimeBeforeIt) {
  const auto busy = utilized(series_of({reading(9s, 100, 100), reading(10s, 100, 100), reading(12s, 0, 100),
                                        reading(16s, 50, 300), reading(21s, 0, 100)}),
                             kRun);
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->time, 8s) << "the last one of the run also for the rest of it";
  EXPECT_GT(busy->share_of_energy.fraction(), 0.85);
}

// A run shorter than the interval: whether the GPU was busy is not known, whatever the readings around it say.
TEST(Utilized, ReadingsOutsideTheRunSayNothing) {
  EXPECT_FALSE(utilized(series_of({reading(9s, 0, 100), reading(21500ms, 0, 100)}), kRun));
  EXPECT_FALSE(utilized(series_of({reading(9s, 0, 100), reading(10001ms, 0, 100), reading(21500ms, 0, 100)}), kRun))
      << "just after the start it is of the time before it";
  EXPECT_TRUE(utilized(series_of({reading(9s, 0, 100), reading(11s, 0, 100)}), kRun));
}

// A GPU that was busy for 8 s, read every 5 s: its readings' own power would make 99 % of the energy of the second one.
TEST(Utilized, TheEnergyIsThatOfThePowerSamplesWithin) {
  std::vector<meter::PowerSample> power;
  for (base::Duration time = 9s; time <= 25s; time += 20ms)
    power.push_back({SteadyTime(time), base::Power::from_watts(time < 11s || time > 19s ? 100 : 700)});
  const auto busy = utilized(series_of({reading(10s, 0, 100), reading(15s, 99, 700), reading(20s, 0, 100)}, power), kRun);
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->time, 5s);
  EXPECT_NEAR(busy->share_of_energy.fraction(), (100.0 + 4 * 700) / (200 + 8 * 700), 0.003);
}

TEST(Utilized, WhereTheReadingsDoNotTellIsPartOfTheWhole) {
  meter::GpuReading silent = reading(20s, 0, 100);
  silent.utilization = meter::absent(meter::Absent::failed);
  const auto busy = utilized(series_of({reading(10s, 0, 100), reading(15s, 10, 100), silent}), kRun);
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->time, 5s);
  EXPECT_DOUBLE_EQ(busy->share_of_energy.fraction(), 0.5);
}

TEST(Utilized, UnknownIsNotNothing) {
  meter::GpuReading silent;
  silent.time = SteadyTime(15s);
  EXPECT_FALSE(utilized(series_of({silent}), kRun));
  EXPECT_FALSE(utilized(series_of({}), kRun));
}

TEST(SeriesQuality, CounterRestartsAndFailedReadings) {
  series::GpuSeries series;
  auto counter = std::make_unique<series::MemorySeries<meter::CounterReading>>();
  for (int i = 0; i < 12; ++i) {
    const SteadyTime time(9s + i * 1s);
    counter->append({time, time, base::Energy::from_joules(i < 5 ? 1000 + i : i)});
  }
  series.counter = std::move(counter);
  auto failed = reading(12s, 50, 0);
  failed.power = meter::absent(meter::Absent::failed);
  series.readings = std::make_unique<series::MemorySeries<meter::GpuReading>>(
      std::vector{reading(10s, 1, 1), reading(11s, 1, 1), failed, reading(14s, 1, 1)});
  const SeriesQuality quality = series_quality(series, kRun);
  EXPECT_EQ(quality.counter_restarts, 1U);
  EXPECT_EQ(quality.counter_readings, 10U);
  EXPECT_EQ(quality.readings_without_power, 1U);
  EXPECT_GT(quality.reading_jitter, 100ms);
}

}  // namespace
}  // namespace gpubench::record
