#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "unit/meter/fake_driver.h"

namespace gpubench::meter {
namespace {

using namespace std::chrono_literals;

constexpr auto kUnsupported = Absent::unsupported;

TEST(NvmlRead, GivesEveryValue) {
  FakeDriver driver;
  const auto meter = driver.open("profile steps 0:100 2:600\nmemory 1000 600 143771\nclocks 1755 3201\n");
  driver.advance(10s);
  const GpuReading reading = meter->read(0);
  EXPECT_EQ(reading.time, driver.now());
  EXPECT_EQ(reading.utilization, base::Ratio::from_percent(100));
  EXPECT_EQ(reading.memory_utilization, base::Ratio::from_percent(50));
  EXPECT_EQ(reading.power, base::Power::from_watts(600));
  EXPECT_EQ(reading.power_limit, base::Power::from_watts(700));
  EXPECT_EQ(reading.temperature, base::Temperature::from_celsius(60));
  EXPECT_EQ(reading.memory_used, base::Bytes::from_mebibytes(1000)) << "without the driver's reserve";
  EXPECT_EQ(reading.sm_clock, base::Frequency::from_megahertz(1755));
  EXPECT_EQ(reading.memory_clock, base::Frequency::from_megahertz(3201));
  EXPECT_EQ(reading.throttle_reasons, ThrottleReasons{0});
}

TEST(NvmlRead, IdleIsZeroUtilizationNotAbsent) {
  FakeDriver driver;
  const auto meter = driver.open("");
  driver.advance(1s);
  EXPECT_EQ(meter->read(0).utilization, base::Ratio::from_percent(0));
  EXPECT_EQ(meter->read(0).throttle_reasons, ThrottleReasons{ThrottleReasons::gpu_idle});
}

TEST(NvmlRead, NeverTouchesTheCounterOrTheRing) {
  FakeDriver driver;
  const auto meter = driver.open("");
  meter->read(0);
  EXPECT_EQ(driver.calls("nvmlDeviceGetTotalEnergyConsumption"), 0);
  EXPECT_EQ(driver.calls("nvmlDeviceGetFieldValues"), 0);
  EXPECT_EQ(driver.calls("nvmlDeviceGetSamples"), 0);
}

TEST(NvmlRead, OlderDriversAnswerThroughTheOlderCalls) {
  FakeDriver driver;
  const auto meter = driver.open(
      "profile steady 400\nmissing nvmlDeviceGetTemperatureV\nmissing nvmlDeviceGetMemoryInfo_v2\n"
      "missing nvmlDeviceGetCurrentClocksEventReasons\nfail nvmlDeviceGetPowerUsage 3\nmemory 1000 600 143771\n");
  driver.advance(10s);
  const GpuReading reading = meter->read(0);
  EXPECT_EQ(reading.temperature, base::Temperature::from_celsius(50));
  EXPECT_EQ(reading.memory_used, base::Bytes::from_mebibytes(1600));
  EXPECT_EQ(reading.throttle_reasons, ThrottleReasons{1});
  EXPECT_EQ(reading.power, base::Power::from_watts(400));
}

TEST(NvmlRead, AnUnknownStructVersionMeansTheOlderCall) {
  FakeDriver driver;
  const auto meter = driver.open("fail nvmlDeviceGetMemoryInfo_v2 25\nfail nvmlDeviceGetTemperatureV 25\n");
  EXPECT_TRUE(meter->read(0).memory_used);
  EXPECT_TRUE(meter->read(0).temperature);
}

TEST(NvmlRead, WithoutAnySymbolEverythingIsUnsupported) {
  FakeDriver driver;
  std::string script;
  for (const char* symbol :
       {"UtilizationRates", "PowerUsage", "FieldValues", "EnforcedPowerLimit", "TemperatureV", "Temperature",
        "MemoryInfo_v2", "MemoryInfo", "ClockInfo", "CurrentClocksEventReasons", "CurrentClocksThrottleReasons",
        "TotalEnergyConsumption", "Samples", "TemperatureThreshold", "MaxClockInfo", "PowerManagementLimitConstraints"}) {
    script += std::string("missing nvmlDeviceGet") + symbol + "\n";
  }
  const auto meter = driver.open(script);
  const GpuReading reading = meter->read(0);
  EXPECT_EQ(reading.utilization, absent(kUnsupported));
  EXPECT_EQ(reading.memory_utilization, absent(kUnsupported));
  EXPECT_EQ(reading.power, absent(kUnsupported));
  EXPECT_EQ(reading.power_limit, absent(kUnsupported));
  EXPECT_EQ(reading.temperature, absent(kUnsupported));
  EXPECT_EQ(reading.memory_used, absent(kUnsupported));
  EXPECT_EQ(reading.sm_clock, absent(kUnsupported));
  EXPECT_EQ(reading.memory_clock, absent(kUnsupported));
  EXPECT_EQ(reading.throttle_reasons, absent(kUnsupported));
  EXPECT_EQ(meter->read_energy_counter(0).error(), kUnsupported);
  EXPECT_EQ(meter->drain_power(0).error(), kUnsupported);
}

TEST(NvmlRead, WhatIsUnsupportedIsAskedOnceWhatFailedEachTime) {
  FakeDriver driver;
  const auto meter = driver.open("fail nvmlDeviceGetUtilizationRates 3\nfail nvmlDeviceGetClockInfo 999\n");
  for (int i = 0; i < 5; ++i) {
    const GpuReading reading = meter->read(0);
    EXPECT_EQ(reading.utilization, absent(kUnsupported));
    EXPECT_EQ(reading.sm_clock, absent(Absent::failed));
    EXPECT_TRUE(reading.power) << "one bad call does not spoil the others";
  }
  EXPECT_EQ(driver.calls("nvmlDeviceGetUtilizationRates"), 1);
  EXPECT_EQ(driver.calls("nvmlDeviceGetClockInfo"), 10);
}

TEST(NvmlRead, ACallThatWorkedBeforeHasFailedWhenItIsNotSupported) {
  FakeDriver driver;
  const auto meter = driver.open("fail nvmlDeviceGetEnforcedPowerLimit 3 every 3\n");  // the first call is describing
  EXPECT_TRUE(meter->read(0).power_limit);
  EXPECT_EQ(meter->read(0).power_limit, absent(Absent::failed));
  EXPECT_TRUE(meter->read(0).power_limit);
}

TEST(NvmlRead, NoValueIsNeverANumber) {
  FakeDriver driver;
  std::string script;
  for (const char* symbol : {"UtilizationRates", "PowerUsage", "EnforcedPowerLimit", "TemperatureV", "MemoryInfo_v2",
                             "ClockInfo", "CurrentClocksEventReasons", "TotalEnergyConsumption"}) {
    script += std::string("no_value nvmlDeviceGet") + symbol + "\n";
  }
  const auto meter = driver.open(script);
  const GpuReading reading = meter->read(0);
  EXPECT_EQ(reading.utilization, absent(Absent::failed));
  EXPECT_EQ(reading.memory_utilization, absent(Absent::failed));
  EXPECT_EQ(reading.power, absent(Absent::failed));
  EXPECT_EQ(reading.power_limit, absent(Absent::failed));
  EXPECT_EQ(reading.temperature, absent(Absent::failed));
  EXPECT_EQ(reading.memory_used, absent(Absent::failed));
  EXPECT_EQ(reading.sm_clock, absent(Absent::failed));
  EXPECT_EQ(reading.throttle_reasons, absent(Absent::failed));
  EXPECT_EQ(meter->read_energy_counter(0).error(), Absent::failed);
}

TEST(NvmlRead, ALostGpuIsLostAndTheOtherGoesOn) {
  FakeDriver driver;
  const auto meter = driver.open("gpus 2\ngpu 1 lost_at 5\n");
  driver.advance(4s);
  EXPECT_TRUE(meter->read(1).power);
  driver.advance(2s);
  const GpuReading reading = meter->read(1);
  EXPECT_EQ(reading.power, absent(Absent::gpu_lost));
  EXPECT_EQ(reading.utilization, absent(Absent::gpu_lost));
  EXPECT_EQ(reading.temperature, absent(Absent::gpu_lost));
  EXPECT_EQ(reading.memory_used, absent(Absent::gpu_lost));
  EXPECT_EQ(meter->read_energy_counter(1).error(), Absent::gpu_lost);
  EXPECT_EQ(meter->drain_power(1).error(), Absent::gpu_lost);
  EXPECT_TRUE(meter->read(0).power);
}

double joules(GpuMeter& meter) {
  return meter.read_energy_counter(0).value().energy.joules();
}

TEST(NvmlCounter, CountsTheEnergyOfTheProfile) {
  FakeDriver driver;
  const auto meter = driver.open("profile square 2 0.5 100 700\n");
  const auto first = meter->read_energy_counter(0);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->before, driver.now());
  EXPECT_EQ(first->after, driver.now());
  driver.advance(10s);
  EXPECT_NEAR(joules(*meter) - first->energy.joules(), 4000.0, 1e-6);
}

TEST(NvmlCounter, MovesEvery100Milliseconds) {
  FakeDriver driver;
  const auto meter = driver.open("profile steady 500\n");
  const double first = joules(*meter);
  driver.advance(99ms);
  EXPECT_EQ(joules(*meter), first);
  driver.advance(2ms);
  EXPECT_NEAR(joules(*meter) - first, 50.0, 1e-6);
}

TEST(NvmlCounter, FallsBackToTheField) {
  FakeDriver driver;
  const auto meter = driver.open("fail nvmlDeviceGetTotalEnergyConsumption 3\nprofile steady 500\n");
  const double first = joules(*meter);
  driver.advance(10s);
  EXPECT_NEAR(joules(*meter) - first, 5000.0, 1e-6);
  EXPECT_EQ(driver.calls("nvmlDeviceGetTotalEnergyConsumption"), 1);
}

TEST(NvmlCounter, TheFieldsOwnCodeCounts) {
  FakeDriver driver;
  const auto meter = driver.open("missing nvmlDeviceGetTotalEnergyConsumption\nfail field:83 3\n");
  EXPECT_EQ(meter->read_energy_counter(0).error(), kUnsupported);
  const auto other = driver.open("missing nvmlDeviceGetTotalEnergyConsumption\nno_value field:83\n");
  EXPECT_EQ(other->read_energy_counter(0).error(), Absent::failed);
}

TEST(NvmlCounter, AFailureIsTriedAgain) {
  FakeDriver driver;
  const auto meter = driver.open("fail nvmlDeviceGetTotalEnergyConsumption 999 every 2\n");
  EXPECT_TRUE(meter->read_energy_counter(0));
  EXPECT_EQ(meter->read_energy_counter(0).error(), Absent::failed);
  EXPECT_TRUE(meter->read_energy_counter(0));
}

// The counter's own faults are for others to find; here: that the fake has them and the meter passes them on untouched.
TEST(NvmlCounter, FaultyCountersArePassedOn) {
  FakeDriver driver;
  const auto after_20_s = [&](const std::string& fault) {
    const auto meter = driver.open("profile steady 500\ncounter " + fault + "\n");
    const double first = joules(*meter);
    driver.advance(20s);
    return joules(*meter) - first;
  };
  EXPECT_NEAR(after_20_s("frozen_at 10"), 5000.0, 1e-6);
  EXPECT_NEAR(after_20_s("rate 339"), 6780.0, 1e-6);
  EXPECT_NEAR(after_20_s("jump_at 10 1000"), 11000.0, 1e-6);
  EXPECT_NEAR(after_20_s("restart_at 10"), 5000.0 - 1e6, 1e-6);
}

TEST(FakeNvml, LoadFollowsAFile) {
  const std::string marker = testing::TempDir() + "fake_nvml_load_" + std::to_string(getpid());
  FakeDriver driver;
  const auto meter = driver.open("load_file " + marker + " 100 600\n");
  const double first = joules(*meter);
  const auto await_watts = [&](double watts) {  // the watcher thread looks every millisecond of real time
    for (int i = 0; i < 1000; ++i) {
      const double before = joules(*meter);
      driver.advance(100ms);
      if (std::abs(joules(*meter) - before - watts / 10) < 1e-3) return true;
      std::this_thread::sleep_for(1ms);
    }
    return false;
  };
  EXPECT_TRUE(await_watts(100));
  std::ofstream(marker) << "busy";
  EXPECT_TRUE(await_watts(600));
  std::filesystem::remove(marker);
  EXPECT_TRUE(await_watts(100));
  EXPECT_GT(joules(*meter), first);
}

}  // namespace
}  // namespace gpubench::meter
