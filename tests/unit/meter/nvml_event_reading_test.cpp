// What NVML reports of users, errors and throttling, and that module power is never asked for.
#include <gtest/gtest.h>

#include "fake_driver.h"

namespace gpubench::meter {
namespace {

using namespace std::chrono_literals;

constexpr auto kEverything = EventScope::everything;

TEST(NvmlEventReading, CountsProcessesAndEvents) {
  FakeDriver driver;
  const auto meter = driver.open(
      "gpus 2\nprofile steps 0:100 1:500\n"
      "gpu 0 process 41 200\ngpu 0 process 42 7\ngpu 0 throttled 74 0.5\ngpu 0 throttled 75 0.25\n"
      "gpu 0 ecc 2 1 3\ngpu 0 xid 79 2\n");
  const EventReading first = meter->read_events(0, kEverything);
  EXPECT_EQ(first.xids->size(), 0U);
  driver.advance(5s);
  EXPECT_TRUE(meter->read_events(1, kEverything).xids->empty()) << "it is the other's";
  const EventReading last = meter->read_events(0, kEverything);
  EXPECT_EQ(*last.xids, (std::vector<std::uint64_t>{79}));
  EXPECT_TRUE(meter->read_events(0, kEverything).xids->empty()) << "reported once";
  EXPECT_NEAR(base::to_seconds(*last.throttled.software_power_cap - *first.throttled.software_power_cap), 2, 0.02);
  EXPECT_NEAR(base::to_seconds(*last.throttled.software_thermal - *first.throttled.software_thermal), 1, 0.02);
  EXPECT_EQ(last.throttled.board_limit.error(), Absent::unsupported);
  EXPECT_EQ(*last.errors.corrected - *first.errors.corrected, 2U);
  EXPECT_EQ(*last.errors.uncorrected - *first.errors.uncorrected, 1U);
  EXPECT_FALSE(last.errors.remapped_rows);
  ASSERT_EQ(last.processes->size(), 2U);
  EXPECT_EQ(last.processes->at(0).id, 41U);
  EXPECT_EQ(last.processes->at(0).memory, base::Bytes::from_mebibytes(200));
  EXPECT_TRUE(meter->read_events(1, kEverything).processes->empty()) << "none, which is reported";
}

TEST(NvmlEventReading, DuringTheMeasurementNothingIsCounted) {
  FakeDriver driver;
  const auto meter = driver.open("throttled 74 0.5\n");
  const int before = driver.calls("nvmlDeviceGetFieldValues");
  EXPECT_FALSE(meter->read_events(0, EventScope::users_and_events).throttled.software_power_cap);
  EXPECT_EQ(driver.calls("nvmlDeviceGetFieldValues"), before);
}

TEST(NvmlEventReading, OfAnOldDriverEverythingIsAbsent) {
  FakeDriver driver;
  const auto meter = driver.open(
      "missing nvmlDeviceGetComputeRunningProcesses_v3\nmissing nvmlEventSetWait_v2\nmissing nvmlDeviceGetFieldValues\n");
  const EventReading reading = meter->read_events(0, kEverything);
  EXPECT_EQ(reading.processes.error(), Absent::unsupported);
  EXPECT_EQ(reading.xids.error(), Absent::unsupported);
  EXPECT_EQ(reading.errors.corrected.error(), Absent::unsupported);
}

TEST(NvmlEventReading, ALostGpuIsLost) {
  FakeDriver driver;
  const auto meter = driver.open("lost_at 1\n");
  driver.advance(2s);
  const EventReading reading = meter->read_events(0, kEverything);
  EXPECT_EQ(reading.processes.error(), Absent::gpu_lost);
  EXPECT_EQ(reading.errors.corrected.error(), Absent::gpu_lost);
}

TEST(NvmlEventReading, AListLongerThanExpectedIsReadWhole) {
  FakeDriver driver;
  std::string script;
  for (int i = 1; i <= 300; ++i) script += "process " + std::to_string(i) + " 1\n";
  const auto meter = driver.open(script);
  EXPECT_EQ(meter->read_events(0, kEverything).processes->size(), 300U);
}

TEST(NvmlEventReading, MigInstancesBelongToTheirGpu) {
  FakeDriver driver;
  const auto meter = driver.open("gpus 2\ngpu 1 mig 2\n");
  EXPECT_FALSE(meter->gpus()[0].partitioned);
  EXPECT_TRUE(meter->gpus()[0].instances.empty());
  EXPECT_TRUE(meter->gpus()[1].partitioned);
  EXPECT_EQ(meter->gpus()[1].instances, (std::vector<std::string>{"MIG-fa4e0000-0000-0000-0001-000000000000",
                                                                  "MIG-fa4e0000-0000-0000-0001-000000000001"}));
}

TEST(NvmlEventReading, ModulePowerIsNeverAskedFor) {
  FakeDriver driver;
  const auto meter = driver.open("missing nvmlDeviceGetPowerUsage\nmissing nvmlDeviceGetTotalEnergyConsumption\n");
  driver.advance(2s);
  EXPECT_TRUE(meter->read(0).power);
  EXPECT_TRUE(meter->read_energy_counter(0));
  EXPECT_TRUE(meter->drain_power(0));
  EXPECT_GT(driver.calls("scope:0"), 0);
  EXPECT_EQ(driver.calls("scope:1"), 0) << "a Grace Hopper's module, with its processor and memory";
  EXPECT_EQ(driver.calls("samples:7"), 0);
}

}  // namespace
}  // namespace gpubench::meter
