// What a GPU was doing, by the performance counters of the fake driver.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "meter/activity.h"
#include "unit/meter/fake_driver.h"

namespace gpubench::meter {
namespace {

using namespace std::chrono_literals;

constexpr const char* kForty = "gpm 2 0:40 1:60\ngpm 10 0:50\ngpm 60 0:0\ngpm 61 0:100\n";

double percent(const Field<base::Ratio>& field) {
  return field ? field->percent() : -1;
}

TEST(NvmlActivity, AReadingHasTheMeanSinceTheOneBefore) {
  FakeDriver driver;
  const auto meter = driver.open(kForty);
  EXPECT_FALSE(meter->read(0).activity.sm);  // of no time yet
  driver.advance(1s);
  EXPECT_NEAR(percent(meter->read(0).activity.sm), 40, 1e-6);
  driver.advance(1s);
  const GpuReading reading = meter->read(0);
  EXPECT_NEAR(percent(reading.activity.sm), 60, 1e-6);
  EXPECT_NEAR(percent(reading.activity.memory), 50, 1e-6);
  EXPECT_NEAR(reading.activity.nvlink_sent->bytes_per_second(), 100 * 1048576.0, 1);
  EXPECT_EQ(reading.activity.nvlink_received.error(), Absent::unsupported) << "sent but nothing received: it is not counted";
}

TEST(NvmlActivity, OfTooShortATimeThereIsNone) {
  FakeDriver driver;
  const auto meter = driver.open(kForty);
  meter->read(0);
  driver.advance(50ms);
  EXPECT_EQ(meter->read(0).activity.sm.error(), Absent::failed);
  driver.advance(60ms);
  EXPECT_TRUE(meter->read(0).activity.sm);
}

TEST(NvmlActivity, OneSampleASecondButAFewInARow) {
  FakeDriver driver;
  const auto meter = driver.open(kForty);
  for (int i = 0; i < 100; ++i) {
    meter->read(0);
    driver.advance(100ms);
  }
  EXPECT_LE(driver.calls("nvmlGpmSampleGet"), 13);
  EXPECT_GE(driver.calls("nvmlGpmSampleGet"), 11);
}

TEST(NvmlActivity, AMetricThatTheGpuLacksIsAloneAbsent) {
  FakeDriver driver;
  const auto meter = driver.open(std::string(kForty) + "gpm_code 11 3\ngpm_code 12 4\n");
  meter->read(0);
  driver.advance(1s);
  const GpuReading reading = meter->read(0);
  EXPECT_EQ(reading.activity.fp64.error(), Absent::unsupported);
  EXPECT_EQ(reading.activity.fp32.error(), Absent::unsupported);
  EXPECT_TRUE(reading.activity.sm);
  EXPECT_TRUE(reading.activity.fp16);
}

TEST(NvmlActivity, NotANumberAndMoreThanAllIsNone) {
  FakeDriver driver;
  const auto meter = driver.open("gpm 2 0:nan\ngpm 3 0:140\ngpm 5 0:102\n");
  meter->read(0);
  driver.advance(1s);
  const GpuReading reading = meter->read(0);
  EXPECT_EQ(reading.activity.sm.error(), Absent::failed);
  EXPECT_EQ(reading.activity.occupancy.error(), Absent::failed);
  EXPECT_EQ(percent(reading.activity.tensor), 100);
}

TEST(NvmlActivity, OlderBoardsAndDriversHaveNone) {
  for (const char* script :
       {"profile steady 100\n", "gpm 2 0:40\nmissing nvmlGpmMetricsGet\n", "gpm 2 0:40\nfail nvmlGpmSampleGet 4\n"}) {
    FakeDriver driver;
    const auto meter = driver.open(script);
    meter->read(0);
    driver.advance(1s);
    EXPECT_EQ(meter->read(0).activity.sm.error(), Absent::unsupported) << script;
    EXPECT_TRUE(meter->read(0).power);
  }
}

TEST(NvmlActivity, AfterASampleThatFailedTheNextIsOfAllTheTime) {
  FakeDriver driver;
  const auto meter = driver.open("gpm 2 0:40 2:70\nfail nvmlGpmSampleGet 999 every 3\n");
  ActivityWindows windows;
  windows.of(meter->read(0));
  driver.advance(1s);
  EXPECT_EQ(windows.of(meter->read(0))->length(), 1s);
  driver.advance(1s);
  EXPECT_FALSE(windows.of(meter->read(0)));
  driver.advance(1s);
  const GpuReading reading = meter->read(0);
  EXPECT_NEAR(percent(reading.activity.sm), 55, 1e-6);
  EXPECT_EQ(windows.of(reading)->length(), 2s);
}

TEST(NvmlActivity, WhatIsHighestFollowsFromTheChip) {
  FakeDriver driver;
  const auto meter = driver.open("chip 6144 16896\n");
  const GpuDescription& gpu = meter->gpus().front();
  EXPECT_NEAR(gpu.memory_bandwidth->bytes_per_second() / 2, 2.458e12, 0.001e12);  // at 3201 MHz
  EXPECT_NEAR(gpu.fp32_rate->per_second(), 66.9e12, 0.1e12);                      // at 1980 MHz
  const auto plain = driver.open("");
  EXPECT_FALSE(plain->gpus().front().memory_bandwidth);
}

}  // namespace
}  // namespace gpubench::meter
