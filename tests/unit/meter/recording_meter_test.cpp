#include "meter/replay/recording_meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "meter/replay/replay_meter.h"
#include "support/manual_clock.h"
#include "support/places/places.h"
#include "unit/meter/fake_driver.h"

namespace gpubench::meter {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Recording : public testing::Test {
 protected:
  // Samples as the app has it done for a recording.
  void sample(GpuMeter& meter, base::Duration length) {
    for (base::Duration done{}; done < length; done += 20ms) {
      for (std::size_t gpu = 0; gpu < meter.gpus().size(); ++gpu) {
        if (done % 100ms == 0ms) meter.read(gpu);
        meter.read_energy_counter(gpu);
        meter.drain_power(gpu);
      }
      driver_.advance(20ms);
    }
  }
  std::unique_ptr<RecordingMeter> record(const std::string& script) {
    auto meter = open_recording_meter(driver_.open(script), path_, driver_);
    EXPECT_TRUE(meter) << meter.error().message;
    return std::move(*meter);
  }

  FakeDriver driver_;
  const std::string path_ = testing::TempDir() + "recording_" + std::to_string(getpid()) + ".trace";
};

TEST_F(Recording, ForwardsEverything) {
  const auto meter = record("gpus 2\nprofile steady 250\n");
  EXPECT_EQ(meter->source().name, "nvml");
  EXPECT_EQ(meter->gpus().size(), 2U);
  driver_.advance(3s);
  EXPECT_EQ(meter->read(1).time, driver_.now());
  EXPECT_EQ(meter->read(1).power, base::Power::from_watts(250));
  EXPECT_EQ(meter->read_energy_counter(0)->before, driver_.now());
  EXPECT_EQ(meter->drain_power(1)->size(), 119U);
  meter->close();
  EXPECT_EQ(driver_.calls("nvmlShutdown"), 1);
}

TEST_F(Recording, WhatWasRecordedCanBeReplayed) {
  double counted = 0.0;
  {
    const auto meter = record("profile steps 0:100 4:600 7:100\n");
    driver_.advance(1s);
    const double first = meter->read_energy_counter(0)->energy.joules();
    sample(*meter, 10s);
    counted = meter->read_energy_counter(0)->energy.joules() - first;
    EXPECT_TRUE(meter->finish());
  }
  EXPECT_NEAR(counted, 2500.0, 1e-6);
  support::ManualClock clock;
  auto replay = open_replay_meter(path_, 1, clock);
  ASSERT_TRUE(replay) << replay.error().message;
  EXPECT_THAT((*replay)->source().description, HasSubstr("recorded on NVIDIA Fake H200, 2024-"));
  EXPECT_EQ((*replay)->gpus()[0].shutdown_temperature, base::Temperature::from_celsius(95));
  const double first = (*replay)->read_energy_counter(0)->energy.joules();
  EXPECT_TRUE((*replay)->drain_power(0));
  clock.advance(5s);
  EXPECT_EQ((*replay)->read(0).power, base::Power::from_watts(600));
  clock.advance(45s);
  double sum = 0.0;
  const auto samples = (*replay)->drain_power(0);
  ASSERT_TRUE(samples);
  for (const PowerSample& sample : *samples) sum += sample.power.watts() * 0.02;
  EXPECT_NEAR(sum, 5 * counted, 15.0);
  EXPECT_NEAR((*replay)->read_energy_counter(0)->energy.joules() - first, 5 * counted, 15.0);
}

TEST_F(Recording, FaultsAreRecordedToo) {
  {
    const auto meter = record(
        "gpus 2\ngpu 1 lost_at 1\nfail nvmlDeviceGetClockInfo 3\nfail nvmlDeviceGetTotalEnergyConsumption 999 every 3\n"
        "fail nvmlDeviceGetSamples 999 every 4\n");
    sample(*meter, 2s);
  }
  const auto trace = load_trace(path_);
  ASSERT_TRUE(trace) << trace.error().message;
  const auto count = [](const auto& values, auto absent_why) {
    return std::count_if(values.begin(), values.end(), absent_why);
  };
  const auto failed = [](const TraceCounter& reading) { return reading.energy == absent(Absent::failed); };
  EXPECT_GT(count(trace->gpus[0].counter, failed), 20);
  EXPECT_EQ(trace->gpus[0].readings[0].sm_clock, absent(Absent::unsupported));
  EXPECT_EQ(trace->gpus[1].readings.back().power, absent(Absent::gpu_lost));
  EXPECT_EQ(trace->gpus[1].power.back().power, absent(Absent::gpu_lost));
  EXPECT_EQ(trace->gpus[0].power.size(), 119U + 99U);
}

TEST_F(Recording, StepsOfTheWallClockDoNotSpoilIt) {
  {
    const auto meter = record("");
    sample(*meter, 1s);
    driver_.step_wall(-300ms);
    sample(*meter, 5s);
  }
  const auto trace = load_trace(path_);
  ASSERT_TRUE(trace) << trace.error().message;
}

TEST_F(Recording, AReplayIsNotRecordedAgain) {
  auto replay = open_replay_meter(support::test_file("short.trace"), 1, driver_);
  ASSERT_TRUE(replay);
  EXPECT_FALSE(open_recording_meter(std::move(*replay), path_, driver_));
}

TEST_F(Recording, AFileThatCannotBeWrittenIsAnErrorBeforeTheRun) {
  const auto refused = open_recording_meter(driver_.open(""), "/nowhere/x.trace", driver_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("/nowhere/x.trace"));
  EXPECT_FALSE(open_recording_meter(driver_.open(""), "/dev/full", driver_));
}

}  // namespace
}  // namespace gpubench::meter
