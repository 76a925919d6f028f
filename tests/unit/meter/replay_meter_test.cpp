#include "meter/replay/replay_meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <numeric>
#include <set>

#include "support/manual_clock.h"
#include "support/places/places.h"

namespace gpubench::meter {
namespace {

using namespace std::chrono_literals;
using Samples = std::vector<PowerSample>;

// 10 s of 100 W, with 600 W from 3 s to 6 s and from 6.5 s to 7 s: 2750 J. The first sample, where it starts, is at 7 ms.
const std::string kShort = support::test_file("short.trace");
constexpr auto kPhase = 7ms;
constexpr double kLoopJoules = 2750.0;

class Replay : public testing::Test {
 protected:
  std::unique_ptr<GpuMeter> open(int gpus = 1) {
    auto meter = open_replay_meter(kShort, gpus, clock_);
    EXPECT_TRUE(meter) << meter.error().message;
    start_ = clock_.now();
    return std::move(*meter);
  }
  static Samples drain(GpuMeter& meter, std::size_t gpu = 0) {
    auto samples = meter.drain_power(gpu);
    EXPECT_TRUE(samples);
    return samples.value_or(Samples{});
  }
  static double joules(GpuMeter& meter, std::size_t gpu = 0) {
    return meter.read_energy_counter(gpu).value().energy.joules();
  }

  support::ManualClock clock_;
  base::SteadyTime start_;
};

TEST_F(Replay, AlwaysSaysThatItIsOne) {
  const auto meter = open();
  EXPECT_EQ(meter->source().name, kReplay);
  EXPECT_EQ(meter->source().description,
            std::string("REPLAY of ") + kShort +
                " (recorded on Synthetic GPU, 2026-11-22T12:00:00Z): not a measurement of this machine");
  EXPECT_EQ(meter->gpus().at(0).name, "Synthetic GPU");
  EXPECT_EQ(meter->gpus().at(0).max_power_limit, base::Power::from_watts(700));
}

TEST_F(Replay, PlaysTheReadingsInTheClocksTime) {
  const auto meter = open();
  EXPECT_EQ(meter->read(0).power, base::Power::from_watts(100));
  clock_.advance(5s);
  const GpuReading busy = meter->read(0);
  EXPECT_EQ(busy.time, clock_.now());
  EXPECT_EQ(busy.power, base::Power::from_watts(600));
  EXPECT_EQ(busy.utilization, base::Ratio::from_percent(100));
  clock_.advance(4s);
  EXPECT_EQ(meter->read(0).utilization, base::Ratio::from_percent(0));
}

TEST_F(Replay, BeginsWithTheFirstCall) {
  const auto meter = open();
  clock_.advance(100s);
  EXPECT_EQ(meter->read(0).power, base::Power::from_watts(100));
  clock_.advance(5s);
  EXPECT_EQ(meter->read(0).power, base::Power::from_watts(600));
}

TEST_F(Replay, TheCounterMovesWhenItDidThen) {
  const auto meter = open();
  joules(*meter);
  double last = joules(*meter);
  int transitions = 0;
  for (int i = 0; i < 2000; ++i) {
    clock_.advance(1ms);
    const auto reading = meter->read_energy_counter(0);
    EXPECT_EQ(reading->before, clock_.now());
    if (reading->energy.joules() != last) ++transitions;
    last = reading->energy.joules();
  }
  EXPECT_EQ(transitions, 20) << "every 100 ms";
}

TEST_F(Replay, LoopsWithTheCounterCarriedOn) {
  const auto meter = open();
  const double first = joules(*meter);
  double last = first;
  for (int i = 0; i < 1000; ++i) {
    clock_.advance(31ms);
    const double now = joules(*meter);
    EXPECT_GE(now, last);
    EXPECT_LE(now - last, 61.0) << "never more than one update of 100 ms at 600 W";
    last = now;
  }
  clock_.sleep_until(start_ + 100s);
  EXPECT_NEAR(joules(*meter) - first, 10 * kLoopJoules, 1e-3 * kLoopJoules);
}

TEST_F(Replay, ThePowerSeriesHasNoSeamAndNoRepeats) {
  const auto meter = open();
  Samples all = drain(*meter);
  EXPECT_EQ(all.size(), 118U) << "2.36 s of before";
  EXPECT_LE(all.back().time, clock_.now());
  for (int i = 0; i < 40; ++i) {
    clock_.advance(i % 2 == 0 ? 977ms : 13ms);
    const Samples more = drain(*meter);
    all.insert(all.end(), more.begin(), more.end());
  }
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_EQ(all[i].time - all[i - 1].time, 20ms) << i;
}

TEST_F(Replay, PowerAndCounterTellTheSame) {
  const auto meter = open();
  drain(*meter);
  const double first = joules(*meter);
  clock_.advance(30s);
  double sum = 0.0;
  for (const PowerSample& sample : drain(*meter)) sum += sample.power.watts() * 0.02;
  EXPECT_NEAR(sum, 3 * kLoopJoules, 1.0);
  EXPECT_NEAR(joules(*meter) - first, sum, 1.0);
}

TEST_F(Replay, SamplesAreWhereTheLoadWas) {
  const auto meter = open();
  drain(*meter);
  clock_.advance(10s);
  for (const PowerSample& sample : drain(*meter)) {
    const base::Duration in_trace = sample.time - start_ + kPhase;
    if (in_trace > 3020ms && in_trace <= 6s) {
      EXPECT_EQ(sample.power, base::Power::from_watts(600));
    }
    if (in_trace < 3s) {
      EXPECT_EQ(sample.power, base::Power::from_watts(100));
    }
  }
}

TEST_F(Replay, NothingNewIsEmpty) {
  const auto meter = open();
  drain(*meter);
  EXPECT_TRUE(drain(*meter).empty());
}

TEST_F(Replay, CopiesDifferInPhaseIndexAndUuid) {
  const auto meter = open(8);
  ASSERT_EQ(meter->gpus().size(), 8U);
  std::set<std::string> uuids;
  std::set<double> powers;
  clock_.advance(1s);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(meter->gpus()[i].index, static_cast<int>(i));
    uuids.insert(meter->gpus()[i].uuid);
    powers.insert(meter->read(i).power->watts());
  }
  EXPECT_EQ(uuids.size(), 8U);
  EXPECT_GT(powers.size(), 1U);
  for (std::size_t i = 0; i < 8; ++i) {
    const double first = joules(*meter, i);
    drain(*meter, i);
    clock_.advance(10s);
    EXPECT_NEAR(joules(*meter, i) - first, kLoopJoules, 61.0);
    const Samples samples = drain(*meter, i);
    EXPECT_EQ(samples.size(), 500U);
    EXPECT_LE(samples.back().time, clock_.now());
    EXPECT_GT(samples.back().time, clock_.now() - 20ms);
  }
}

TEST_F(Replay, RefusesABadNumberOfGpusAndABadFile) {
  EXPECT_FALSE(open_replay_meter(kShort, -1, clock_));
  EXPECT_FALSE(open_replay_meter(kShort, 65, clock_));
  EXPECT_FALSE(open_replay_meter("/nowhere", 1, clock_));
  EXPECT_EQ(open(0)->gpus().size(), 1U);
}

class OtherTraces : public Replay {
 protected:
  std::unique_ptr<GpuMeter> play(const std::string& lines, const std::string& more_gpus = "") {
    const std::string path = testing::TempDir() + "replay_" + std::to_string(getpid()) + ".trace";
    std::ofstream(path) << R"({"format":"iris-gpubench-trace","version":1,)"
                        << R"("recorded":{"gpu":"G","driver":"1","source":"S","date":"D"},)"
                        << R"("gpus":[{"index":0,"name":"G","uuid":"U","pci_bus_id":"B"})" << more_gpus << "]}\n"
                        << lines;
    auto meter = open_replay_meter(path, 0, clock_);
    EXPECT_TRUE(meter) << meter.error().message;
    return std::move(*meter);
  }
};

TEST_F(OtherTraces, WhatWasAbsentIsAbsent) {
  const auto meter = play("R 0 0 - ! x 4 5 6 7 8 9\nE 0 0 1 -\nP 0 0 -\n");
  const GpuReading reading = meter->read(0);
  EXPECT_EQ(reading.utilization, absent(Absent::unsupported));
  EXPECT_EQ(reading.memory_utilization, absent(Absent::failed));
  EXPECT_EQ(reading.power, absent(Absent::gpu_lost));
  EXPECT_EQ(meter->read_energy_counter(0).error(), Absent::unsupported);
  EXPECT_EQ(meter->drain_power(0).error(), Absent::unsupported);
}

TEST_F(OtherTraces, WithoutCounterAndRingLinesTheyAreUnsupported) {
  const auto meter = play("R 0 0 1 2 3 4 5 6 7 8 9\nR 0 500000 1 2 4 4 5 6 7 8 9\n");
  EXPECT_EQ(meter->read_energy_counter(0).error(), Absent::unsupported);
  EXPECT_EQ(meter->drain_power(0).error(), Absent::unsupported);
  clock_.advance(700ms);
  EXPECT_EQ(meter->read(0).power, base::Power::from_milliwatts(4));
  clock_.advance(400ms);
  EXPECT_EQ(meter->read(0).power, base::Power::from_milliwatts(3)) << "from the start again";
}

TEST_F(OtherTraces, AFrozenCounterStaysFrozen) {
  const auto meter = play(
      "R 0 0 1 2 3 4 5 6 7 8 9\nE 0 0 1 777000\nE 0 500000 500001 777000\nP 0 0 1000\nP 0 20000 1000\nP 0 600000 1000\n");
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(joules(*meter), 777.0);
    clock_.advance(97ms);
  }
}

TEST_F(OtherTraces, AFailedCounterReadingFailsAtItsTime) {
  const auto meter = play(
      "R 0 0 1 2 3 4 5 6 7 8 9\nR 0 900000 1 2 3 4 5 6 7 8 9\nE 0 0 1 1000\nE 0 300000 300001 !\nE 0 600000 600001 2000\n");
  EXPECT_TRUE(meter->read_energy_counter(0));
  clock_.advance(400ms);
  EXPECT_EQ(meter->read_energy_counter(0).error(), Absent::failed);
  clock_.advance(300ms);
  EXPECT_TRUE(meter->read_energy_counter(0));
}

TEST_F(OtherTraces, SeveralRecordedGpusAreEachThemselves) {
  const auto meter = play("R 0 0 1 2 3000 4 5 6 7 8 9\nR 1 0 1 2 5000 4 5 6 7 8 9\n",
                          R"(,{"index":5,"name":"H","uuid":"V","pci_bus_id":"C"})");
  ASSERT_EQ(meter->gpus().size(), 2U);
  EXPECT_EQ(meter->gpus()[1].index, 5);
  EXPECT_EQ(meter->gpus()[1].uuid, "V");
  EXPECT_EQ(meter->read(0).power, base::Power::from_watts(3));
  EXPECT_EQ(meter->read(1).power, base::Power::from_watts(5));
}

}  // namespace
}  // namespace gpubench::meter
