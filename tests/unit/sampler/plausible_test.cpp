#include "sampler/plausible.h"

#include <gtest/gtest.h>

namespace gpubench::sampler {
namespace {

meter::GpuDescription h200() {
  meter::GpuDescription gpu;
  gpu.index = 3;
  gpu.power_limit = base::Power::from_watts(500);
  gpu.max_power_limit = base::Power::from_watts(700);
  gpu.memory_total = base::Bytes::from_mebibytes(143771);
  gpu.max_sm_clock = base::Frequency::from_megahertz(1980);
  gpu.max_memory_clock = base::Frequency::from_megahertz(3201);
  return gpu;
}

meter::GpuReading good_reading() {
  meter::GpuReading reading;
  reading.utilization = base::Ratio::from_percent(100);
  reading.memory_utilization = base::Ratio::from_percent(0);
  reading.power = base::Power::from_watts(845);
  reading.power_limit = base::Power::from_watts(700);
  reading.temperature = base::Temperature::from_celsius(93);
  reading.memory_used = base::Bytes::from_mebibytes(143771);
  reading.sm_clock = base::Frequency::from_megahertz(1980);
  reading.memory_clock = base::Frequency::from_megahertz(3201);
  return reading;
}

TEST(Plausible, WhatABoardReachesIsKept) {
  Plausible plausible(h200());
  meter::GpuReading reading = good_reading();
  plausible.check(reading);
  EXPECT_TRUE(reading.utilization && reading.memory_utilization && reading.power && reading.power_limit);
  EXPECT_TRUE(reading.temperature && reading.memory_used && reading.sm_clock && reading.memory_clock);
  EXPECT_EQ(plausible.impossible().count, 0U);
}

TEST(Plausible, WhatItCannotHaveIsAbsentAndCounted) {
  Plausible plausible(h200());
  meter::GpuReading reading;
  reading.utilization = base::Ratio::from_percent(101);
  reading.power = base::Power::from_watts(70000);
  reading.temperature = base::Temperature::from_celsius(255);
  reading.memory_used = base::Bytes::from_mebibytes(143772);
  reading.sm_clock = base::Frequency::from_megahertz(65535);
  plausible.check(reading);
  EXPECT_EQ(reading.utilization, meter::absent(meter::Absent::failed));
  EXPECT_EQ(reading.power, meter::absent(meter::Absent::failed));
  EXPECT_EQ(reading.temperature, meter::absent(meter::Absent::failed));
  EXPECT_EQ(reading.memory_used, meter::absent(meter::Absent::failed));
  EXPECT_EQ(reading.sm_clock, meter::absent(meter::Absent::failed));
  EXPECT_EQ(plausible.impossible().count, 5U);
  EXPECT_EQ(plausible.impossible().gpu_index, 3);
  EXPECT_EQ(plausible.impossible().first, "a utilisation of 101 %");
}

TEST(Plausible, AbsentStaysAbsentForItsOwnReason) {
  Plausible plausible(h200());
  meter::GpuReading reading;
  reading.power = meter::absent(meter::Absent::gpu_lost);
  plausible.check(reading);
  EXPECT_EQ(reading.power, meter::absent(meter::Absent::gpu_lost));
  EXPECT_EQ(plausible.impossible().count, 0U);
}

TEST(Plausible, SamplesAreTakenOut) {
  Plausible plausible(h200());
  std::vector<meter::PowerSample> samples{{{}, base::Power::from_watts(690)}, {{}, base::Power::from_watts(70000)}};
  plausible.check(samples);
  EXPECT_EQ(samples.size(), 1U);
  EXPECT_EQ(plausible.impossible().first, "a power of 70000 W");
}

}  // namespace
}  // namespace gpubench::sampler
