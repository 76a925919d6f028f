#include "record/statistics.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <vector>

namespace gpubench::record {
namespace {

using namespace std::chrono_literals;
using base::SteadyTime;
using meter::ThrottleReasons;
using meter::ValueKind;

constexpr base::Window kMeasured{SteadyTime(10s), SteadyTime(20s)};

meter::GpuReading utilized_reading(base::Duration at, double percent, double watts, std::uint64_t reasons = 0) {
  meter::GpuReading r;
  r.time = SteadyTime(at);
  r.utilization = base::Ratio::from_percent(percent);
  r.power = base::Power::from_watts(watts);
  r.throttle_reasons = ThrottleReasons{reasons};
  return r;
}

series::MemorySeries<meter::GpuReading> readings(std::vector<meter::GpuReading> values) {
  return series::MemorySeries<meter::GpuReading>(std::move(values));
}

TEST(Statistics, AveragesOverUtilizedReadingsAndOverAll) {
  const auto series =
      readings({utilized_reading(10s, 0, 100), utilized_reading(12s, 50, 300), utilized_reading(14s, 100, 500)});
  const auto statistics = summarize_readings(series, kMeasured);
  EXPECT_EQ(statistics.readings, 3U);
  ASSERT_TRUE(statistics[ValueKind::power]);
  EXPECT_DOUBLE_EQ(statistics[ValueKind::power]->average, 400);
  EXPECT_DOUBLE_EQ(statistics[ValueKind::power]->average_all, 300);
  EXPECT_DOUBLE_EQ(statistics[ValueKind::power]->maximum, 500);
  EXPECT_EQ(statistics[ValueKind::power]->utilized_count, 2U);
  EXPECT_DOUBLE_EQ(statistics[ValueKind::utilization]->average, 75);
}

TEST(Statistics, OnlyTheRunCounts) {
  const auto series =
      readings({utilized_reading(9999ms, 100, 900), utilized_reading(10s, 100, 200), utilized_reading(20s, 100, 900)});
  const auto statistics = summarize_readings(series, kMeasured);
  EXPECT_EQ(statistics.readings, 1U);
  EXPECT_DOUBLE_EQ(statistics[ValueKind::power]->maximum, 200);
}

// A run of 3 s at the default interval has one reading, at its start.
TEST(Statistics, TheUtilisationReadAtTheStartIsOfTheTimeBefore) {
  EXPECT_FALSE(summarize_readings(readings({utilized_reading(10s, 0, 100)}), kMeasured)[ValueKind::utilization]);
  const auto busy_before =
      summarize_readings(readings({utilized_reading(10s, 100, 100), utilized_reading(15s, 0, 100)}), kMeasured);
  EXPECT_DOUBLE_EQ(busy_before[ValueKind::utilization]->maximum, 0);
  EXPECT_EQ(busy_before[ValueKind::power]->utilized_count, 0U);
  const auto busy =
      summarize_readings(readings({utilized_reading(10s, 0, 100), utilized_reading(15s, 100, 100)}), kMeasured);
  EXPECT_DOUBLE_EQ(busy[ValueKind::utilization]->average_all, 100);
}

TEST(Statistics, AbsentIsNotZero) {
  auto lost = utilized_reading(12s, 50, 300);
  lost.power = meter::absent(meter::Absent::failed);
  const auto statistics = summarize_readings(readings({lost, utilized_reading(13s, 50, 100)}), kMeasured);
  EXPECT_DOUBLE_EQ(statistics[ValueKind::power]->average_all, 100);
  EXPECT_FALSE(statistics[ValueKind::temperature]);
  EXPECT_FALSE(statistics[ValueKind::memory_used]);
  EXPECT_FALSE(summarize_readings(readings({}), kMeasured)[ValueKind::utilization]);
}

TEST(Statistics, NeverUtilizedHasNoAverageOverUtilized) {
  const auto statistics = summarize_readings(readings({utilized_reading(12s, 0, 75)}), kMeasured);
  EXPECT_EQ(statistics[ValueKind::power]->utilized_count, 0U);
  EXPECT_DOUBLE_EQ(statistics[ValueKind::power]->average_all, 75);
}

TEST(Statistics, NegativeMaximumStaysNegative) {
  auto cold = utilized_reading(12s, 1, 75);
  cold.temperature = base::Temperature::from_celsius(-5);
  EXPECT_DOUBLE_EQ(summarize_readings(readings({cold}), kMeasured)[ValueKind::temperature]->maximum, -5);
}

TEST(Statistics, ThrottleSharesAreOfReadingsThatTold) {
  auto silent = utilized_reading(15s, 100, 100);
  silent.throttle_reasons = meter::absent(meter::Absent::failed);
  const auto series =
      readings({utilized_reading(11s, 1, 1, ThrottleReasons::software_power_cap),
                utilized_reading(12s, 1, 1, ThrottleReasons::software_power_cap | ThrottleReasons::hardware_thermal),
                utilized_reading(13s, 1, 1, ThrottleReasons::gpu_idle), utilized_reading(14s, 1, 1, 0), silent});
  const auto shares = summarize_readings(series, kMeasured).throttling;
  ASSERT_EQ(shares.size(), 2U);
  EXPECT_EQ(shares[0].reason, "software_power_cap");
  EXPECT_DOUBLE_EQ(shares[0].share.percent(), 50);
  EXPECT_FALSE(shares[0].slowdown);
  EXPECT_EQ(shares[1].reason, "hardware_thermal");
  EXPECT_DOUBLE_EQ(shares[1].share.percent(), 25);
  EXPECT_TRUE(shares[1].slowdown);
}

TEST(Statistics, ThePowerCapAloneIsNoFinding) {
  GpuRecord gpu;
  gpu.gpu.index = 3;
  gpu.statistics.throttling = {{"software_power_cap", base::Ratio::from_percent(90), false}};
  gpu.events.throttle_times = {{"software_power_cap", 9s, false}};
  EXPECT_FALSE(throttling_finding(gpu, 10s));
  gpu.statistics.throttling.push_back({"software_thermal", base::Ratio::from_percent(10), true});
  gpu.statistics.throttling.push_back({"hardware_power_brake", base::Ratio::from_percent(20), true});
  const auto finding = throttling_finding(gpu, 10s);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->gpu_index, 3);
  EXPECT_EQ(finding->reasons, "software thermal slowdown, hardware power brake");
  EXPECT_DOUBLE_EQ(finding->share.percent(), 20);
}

TEST(Statistics, TheDriversOwnTimeGoesBeforeTheReadings) {
  GpuRecord gpu;
  gpu.statistics.throttling = {{"software_thermal", base::Ratio::from_percent(40), true}};
  gpu.events.throttle_times = {{"software_thermal", 2500ms, true}};
  const auto finding = throttling_finding(gpu, 10s);
  ASSERT_TRUE(finding);
  EXPECT_DOUBLE_EQ(finding->share.percent(), 25);
  EXPECT_EQ(finding_text(*finding),
            "GPU 0 was throttled in at least 25.0 % of the run's time (software thermal slowdown): the benchmark could have "
            "run faster.");
  gpu.events.throttle_times = {{"software_thermal", 0s, true}};
  EXPECT_FALSE(throttling_finding(gpu, 10s)) << "it was in a reading next to the run";
}

TEST(Statistics, WhatTheDriverToldIsAFinding) {
  GpuRecord gpu;
  gpu.gpu.index = 2;
  EXPECT_TRUE(event_findings(gpu).empty());
  gpu.gpu.partitioned = true;
  gpu.events.users = {
      {11, "mine", UserKind::benchmark, {}}, {12, "python3", UserKind::foreign, {}}, {13, "", UserKind::unknown, {}}};
  gpu.events.users.push_back({14, "load", UserKind::benchmark, {}, true});
  gpu.events.xids = {79, 31, 79};
  gpu.events.corrected_errors = 1;
  std::vector<std::string> names;
  std::string texts;
  for (const Finding& finding : event_findings(gpu)) {
    names.push_back(finding_name(finding));
    texts += finding_text(finding);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"shared_by_mig", "foreign_process", "unknown_process", "left_running",
                                             "xid_errors", "memory_errors"}));
  for (const char* part :
       {"python3 (process 12), which", "process 13, and it is unclear",
        "left load (process 14) running on GPU 2 after its end", "XID 31, 79", "1 corrected, 0 not corrected."})
    EXPECT_NE(texts.find(part), std::string::npos) << part << " in " << texts;
  EXPECT_EQ(texts.find("mine"), std::string::npos);
}

TEST(Statistics, PeakPowerIsTheHighestSampleOfTheRun) {
  const series::MemorySeries<meter::PowerSample> power({{SteadyTime(9s), base::Power::from_watts(900)},
                                                        {SteadyTime(11s), base::Power::from_watts(400)},
                                                        {SteadyTime(12s), base::Power::from_watts(650)}});
  EXPECT_DOUBLE_EQ(ring_quality(power, kMeasured).peak->watts(), 650);
  EXPECT_FALSE(ring_quality(series::MemorySeries<meter::PowerSample>(), kMeasured).peak);
}

TEST(Statistics, AnAccountWithoutSeriesKnowsNothing) {
  const GpuRecord record = account_gpu({}, {}, {}, kMeasured);
  EXPECT_EQ(record.statistics.readings, 0U);
  EXPECT_FALSE(record.average_power);
  EXPECT_FALSE(record.peak_power);
  EXPECT_FALSE(record.statistics[ValueKind::power]);
}

TEST(Statistics, AverageOverLongSeriesIsOnePass) {
  std::vector<meter::GpuReading> many;
  many.reserve(1000);
  for (int i = 0; i < 1000; ++i) many.push_back(utilized_reading(10s + i * 5ms, 10, 100 + i % 2));
  const auto statistics = summarize_readings(readings(std::move(many)), kMeasured);
  EXPECT_EQ(statistics.readings, 1000U);
  EXPECT_DOUBLE_EQ(statistics[ValueKind::power]->average, 100.5);
}

meter::GpuReading active_reading(base::Duration at, double percent) {
  meter::GpuReading reading;
  reading.time = SteadyTime(at);
  reading.activity.sm = base::Ratio::from_percent(percent);
  return reading;
}

TEST(Statistics, ActivityIsOfTheTimeSinceTheReadingBefore) {
  const auto half = readings({active_reading(10s, 5), active_reading(11s, 40), active_reading(12s, 60)});
  const auto activity = summarize_readings(half, kMeasured)[ValueKind::sm_activity];
  ASSERT_TRUE(activity);
  EXPECT_DOUBLE_EQ(activity->average_all, 50);
  EXPECT_DOUBLE_EQ(activity->maximum, 60);
}

TEST(Statistics, ActivityOfALongerTimeCountsForMore) {
  meter::GpuReading failed;
  failed.time = SteadyTime(12s);
  failed.activity.sm = meter::absent(meter::Absent::failed);
  const auto gap = readings({active_reading(10s, 5), active_reading(11s, 40), failed, active_reading(14s, 60)});
  EXPECT_DOUBLE_EQ(summarize_readings(gap, kMeasured)[ValueKind::sm_activity]->average_all, (40 + 3 * 60) / 4.0);
}

TEST(Statistics, ActivityMostlyBeforeTheRunIsNotTheRuns) {
  const auto early = readings({active_reading(5s, 0), active_reading(11s, 10)});
  EXPECT_FALSE(summarize_readings(early, kMeasured)[ValueKind::sm_activity]);
}

}  // namespace
}  // namespace gpubench::record
