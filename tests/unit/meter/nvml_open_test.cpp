#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "meter/nvml/nvml_meter.h"
#include "unit/meter/fake_driver.h"

namespace gpubench::meter {
namespace {

using testing::HasSubstr;

TEST(NvmlOpen, DescribesEveryGpu) {
  FakeDriver driver;
  const auto meter = driver.open("gpus 2\ngpu 1 name NVIDIA Fake H100\nlimits 650 700\n");
  EXPECT_EQ(meter->source().name, "nvml");
  EXPECT_EQ(meter->source().description, "NVML 13.580.00.fake");
  EXPECT_EQ(meter->source().driver_version, "580.00.fake");
  ASSERT_EQ(meter->gpus().size(), 2U);
  const GpuDescription& gpu = meter->gpus()[1];
  EXPECT_EQ(gpu.index, 1);
  EXPECT_EQ(gpu.name, "NVIDIA Fake H100");
  EXPECT_EQ(meter->gpus()[0].name, "NVIDIA Fake H200");
  EXPECT_NE(gpu.uuid, meter->gpus()[0].uuid);
  EXPECT_EQ(gpu.pci_bus_id, "00000000:01:00.0");
  EXPECT_EQ(gpu.power_limit, base::Power::from_watts(650));
  EXPECT_EQ(gpu.max_power_limit, base::Power::from_watts(700));
  EXPECT_EQ(gpu.memory_total, base::Bytes::from_mebibytes(143771));
  EXPECT_EQ(gpu.max_sm_clock, base::Frequency::from_megahertz(1980));
  EXPECT_EQ(gpu.max_memory_clock, base::Frequency::from_megahertz(3201));
  EXPECT_EQ(gpu.max_operating_temperature, base::Temperature::from_celsius(87));
  EXPECT_EQ(gpu.slowdown_temperature, base::Temperature::from_celsius(92));
  EXPECT_EQ(gpu.shutdown_temperature, base::Temperature::from_celsius(95));
}

TEST(NvmlOpen, DescriptionWithoutItsFunctionsIsEmptyNotZero) {
  FakeDriver driver;
  const auto meter = driver.open(
      "missing nvmlDeviceGetName\nmissing nvmlDeviceGetUUID\nmissing nvmlDeviceGetPciInfo_v3\n"
      "fail nvmlDeviceGetEnforcedPowerLimit 3\nno_value nvmlDeviceGetPowerManagementLimitConstraints\n"
      "missing nvmlDeviceGetMemoryInfo_v2\nno_value nvmlDeviceGetMaxClockInfo\nfail nvmlDeviceGetTemperatureThreshold 3\n"
      "missing nvmlSystemGetNVMLVersion\nmissing nvmlSystemGetDriverVersion\n");
  const GpuDescription& gpu = meter->gpus().at(0);
  EXPECT_EQ(meter->source().description, "NVML");
  EXPECT_EQ(gpu.name, "NVIDIA GPU");
  EXPECT_EQ(gpu.uuid, "");
  EXPECT_FALSE(gpu.power_limit);
  EXPECT_FALSE(gpu.max_power_limit);
  EXPECT_EQ(gpu.memory_total, base::Bytes::from_mebibytes(143771)) << "the older call knows it too";
  EXPECT_FALSE(gpu.max_sm_clock);
  EXPECT_FALSE(gpu.max_operating_temperature);
}

TEST(NvmlOpen, NoLibraryNamesBothWaysOut) {
  const platform::SystemClock clock;
  const auto meter = open_nvml_meter(clock, "/nowhere/libnvidia-ml.so.1");
  ASSERT_FALSE(meter);
  EXPECT_THAT(meter.error().message, HasSubstr("/nowhere/libnvidia-ml.so.1"));
  EXPECT_THAT(meter.error().remedy, HasSubstr("--meter replay:FILE"));
  EXPECT_THAT(meter.error().remedy, HasSubstr("install the NVIDIA driver"));
}

TEST(NvmlOpen, ALibraryThatIsNoNvmlIsRefused) {
  const platform::SystemClock clock;
  const auto meter = open_nvml_meter(clock, "libm.so.6");
  ASSERT_FALSE(meter);
  EXPECT_THAT(meter.error().message, HasSubstr("not NVML"));
}

struct Refusal {
  std::string script;
  std::string message;
};

class NvmlRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(NvmlRefuses, WithAClearMessage) {
  FakeDriver driver;
  const auto meter = driver.try_open(GetParam().script);
  ASSERT_FALSE(meter);
  EXPECT_THAT(meter.error().message, HasSubstr(GetParam().message));
  EXPECT_THAT(meter.error().remedy, HasSubstr("--meter replay:FILE"));
}

INSTANTIATE_TEST_SUITE_P(Codes, NvmlRefuses,
                         testing::Values(Refusal{"fail nvmlInit_v2 9", "kernel driver is not loaded"},
                                         Refusal{"fail nvmlInit_v2 18", "different versions"},
                                         Refusal{"fail nvmlInit_v2 4", "no permission"},
                                         Refusal{"fail nvmlInit_v2 999", "Fake error (NVML code 999)"},
                                         Refusal{"missing nvmlInit_v2", "not NVML"}, Refusal{"gpus 0", "finds no GPU"},
                                         Refusal{"fail nvmlDeviceGetCount_v2 6\ngpus 0", "finds no GPU"},
                                         Refusal{"fail nvmlDeviceGetCount_v2 999", "cannot be counted"},
                                         Refusal{"fail gpu:0 15", "GPU 0 left out: GPU is lost (NVML code 15)"}));

TEST(NvmlOpen, AGpuThatCannotBeOpenedDoesNotStopTheOthers) {
  FakeDriver driver;
  const auto meter = driver.open("gpus 3\nfail gpu:1 15\n");
  ASSERT_EQ(meter->gpus().size(), 2U);
  EXPECT_EQ(meter->gpus()[1].index, 2);
  EXPECT_THAT(meter->source().description, HasSubstr("GPU 1 left out: GPU is lost"));
  EXPECT_TRUE(meter->read(1).power);
}

TEST(NvmlOpen, InitialisesOnceAndShutsDownAtTheEnd) {
  FakeDriver driver;
  {
    const auto meter = driver.open("");
    meter->read(0);
    EXPECT_EQ(driver.calls("nvmlInit_v2"), 1);
    EXPECT_EQ(driver.calls("nvmlShutdown"), 0);
  }
  EXPECT_EQ(driver.calls("nvmlShutdown"), 1);
}

TEST(NvmlOpen, ClosedBeforeItsEndItStillTellsWhatItsGpusAre) {
  FakeDriver driver;
  const auto meter = driver.open("");
  meter->close();
  EXPECT_EQ(driver.calls("nvmlShutdown"), 1);
  EXPECT_EQ(meter->gpus().size(), 1U);
  EXPECT_EQ(meter->source().name, "nvml");
  meter->close();
  EXPECT_EQ(driver.calls("nvmlShutdown"), 1);
}

TEST(NvmlOpen, WithoutInitialisationThereIsNoShutdown) {
  FakeDriver driver;
  EXPECT_FALSE(driver.try_open("fail nvmlInit_v2 9"));
  EXPECT_EQ(driver.calls("nvmlShutdown"), 0);
}

}  // namespace
}  // namespace gpubench::meter
