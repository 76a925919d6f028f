#include "report/timeseries_csv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "unit/report/example_run.h"

namespace gpubench::report {
namespace {

using namespace std::chrono_literals;
using meter::ThrottleReasons;

constexpr const char* kHeader =
    "timestamp,gpu_idx,util,power,temp,mem,clk_speed,mem_clk_speed,power_limit,mem_util,throttle_reasons,elapsed_s,source\n";

series::GpuSeries gpu_series() {
  series::GpuSeries gpu;
  gpu.readings = std::make_unique<series::MemorySeries<meter::GpuReading>>();
  gpu.power = std::make_unique<series::MemorySeries<meter::PowerSample>>();
  return gpu;
}

meter::GpuReading full_reading(base::Duration after_start) {
  meter::GpuReading r;
  r.time = example::kStart + after_start;
  r.utilization = base::Ratio::from_percent(57);
  r.memory_utilization = base::Ratio::from_percent(29);
  r.power = base::Power::from_milliwatts(87027);
  r.power_limit = base::Power::from_watts(700);
  r.temperature = base::Temperature::from_celsius(34);
  r.memory_used = base::Bytes::from_mebibytes(2075.625);
  r.sm_clock = base::Frequency::from_megahertz(1980);
  r.memory_clock = base::Frequency::from_megahertz(3201);
  r.throttle_reasons = ThrottleReasons{ThrottleReasons::software_power_cap | ThrottleReasons::hardware_thermal};
  return r;
}

std::string timeseries(const record::RunRecord& run, const std::vector<series::GpuSeries>& series) {
  std::ostringstream out;
  write_timeseries_csv(out, run, series);
  return out.str();
}

TEST(TimeseriesCsv, AllValues) {
  std::vector<series::GpuSeries> series;
  series.push_back(gpu_series());
  series[0].readings->append(full_reading(1500ms));
  EXPECT_EQ(timeseries(example::container_run(1), series),
            std::string(kHeader) +
                "2026-11-22T12:05:13.845Z,0,57,87.027,34,2075.625,1980,3201,700,29,"
                "software_power_cap|hardware_thermal,1.5,nvml\n");
}

TEST(TimeseriesCsv, AbsentIsEmptyZeroIsZero) {
  std::vector<series::GpuSeries> series;
  series.push_back(gpu_series());
  meter::GpuReading r;
  r.time = example::kStart - 1s;
  r.utilization = base::Ratio();
  r.power = meter::absent(meter::Absent::failed);
  r.throttle_reasons = ThrottleReasons{};
  series[0].readings->append(r);
  EXPECT_EQ(timeseries(example::container_run(1), series),
            std::string(kHeader) + "2026-11-22T12:05:11.345Z,0,0,,,,,,,,none,-1,nvml\n");
}

TEST(TimeseriesCsv, UnknownReasonsAreANumber) {
  std::vector<series::GpuSeries> series;
  series.push_back(gpu_series());
  meter::GpuReading r;
  r.time = example::kStart;
  r.throttle_reasons = ThrottleReasons{0x1001};
  series[0].readings->append(r);
  EXPECT_NE(timeseries(example::container_run(1), series).find(",gpu_idle|0x1000,"), std::string::npos);
}

TEST(TimeseriesCsv, GpusAreMergedInTimeOrderByTheirDriverIndex) {
  auto run = example::container_run(2);
  run.gpus[1].gpu.index = 7;
  std::vector<series::GpuSeries> series;
  for (int i = 0; i < 2; ++i) series.push_back(gpu_series());
  for (int i = 0; i < 700; ++i) {
    series[0].readings->append(full_reading(i * 10ms));
    series[1].readings->append(full_reading(i * 10ms + 1ms));
  }
  std::istringstream lines(timeseries(run, series));
  std::string line;
  std::string before;
  std::getline(lines, line);
  int count = 0;
  for (; std::getline(lines, line); ++count) {
    EXPECT_EQ(line.substr(24, 3), count % 2 == 0 ? ",0," : ",7,");
    EXPECT_LT(before, line);
    before = line;
  }
  EXPECT_EQ(count, 1400);
}

TEST(TimeseriesCsv, EveryRowOfAReplaySaysSo) {
  std::vector<series::GpuSeries> series;
  series.push_back(gpu_series());
  series[0].readings->append(full_reading(0ms));
  series[0].power->append({example::kStart, base::Power::from_watts(1)});
  const auto run = example::replayed_command_run();
  EXPECT_NE(timeseries(run, series).find(",replay\n"), std::string::npos);
  std::ostringstream power;
  write_power_csv(power, run, series);
  EXPECT_NE(power.str().find(",1.000,replay\n"), std::string::npos);
}

TEST(TimeseriesCsv, NoSeriesIsAHeader) {
  EXPECT_EQ(timeseries(example::container_run(1), {}), kHeader);
  std::vector<series::GpuSeries> empty(1);
  EXPECT_EQ(timeseries(example::container_run(1), empty), kHeader);
}

TEST(PowerCsv, SamplesOfAllGpusInTimeOrder) {
  std::vector<series::GpuSeries> series;
  for (int i = 0; i < 2; ++i) series.push_back(gpu_series());
  series[0].power->append({example::kStart - 20ms, base::Power::from_watts(80.5)});
  series[0].power->append({example::kStart + 20ms, base::Power::from_watts(690)});
  series[1].power->append({example::kStart, base::Power::from_milliwatts(75123)});
  std::ostringstream out;
  write_power_csv(out, example::container_run(2), series);
  EXPECT_EQ(out.str(),
            "timestamp,elapsed_s,gpu_idx,power_w,source\n"
            "2026-11-22T12:05:12.325Z,-0.020,0,80.500,nvml\n"
            "2026-11-22T12:05:12.345Z,0.000,1,75.123,nvml\n"
            "2026-11-22T12:05:12.365Z,0.020,0,690.000,nvml\n");
}

TEST(PowerCsv, TimesRunOverTheSecond) {
  std::vector<series::GpuSeries> series;
  series.push_back(gpu_series());
  for (const auto at : {654ms, 655ms, 1655ms}) series[0].power->append({example::kStart + at, base::Power::from_watts(1)});
  std::ostringstream out;
  write_power_csv(out, example::container_run(1), series);
  const std::string text = out.str();
  for (const char* time : {"12:05:12.999Z", "12:05:13.000Z", "12:05:14.000Z"})
    EXPECT_NE(text.find(time), std::string::npos) << time;
}

}  // namespace
}  // namespace gpubench::report
