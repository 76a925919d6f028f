#include "exporting/scrape/metrics_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace gpubench::exporting {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

std::vector<meter::GpuReading> readings(base::Duration at, std::vector<double> watts) {
  std::vector<meter::GpuReading> all;
  for (const double power : watts) {
    meter::GpuReading reading;
    reading.time = base::SteadyTime(at);
    reading.power = base::Power::from_watts(power);
    all.push_back(reading);
  }
  return all;
}

class Page : public testing::Test {
 protected:
  Page() {
    run_.run_id = "20260101T000000_x";
    run_.host = "node\"1";
    run_.benchmark = "train";
    run_.source = "nvml";
    run_.gpus.resize(2);
    for (std::size_t gpu = 0; gpu < 2; ++gpu) {
      run_.gpus[gpu].index = static_cast<int>(gpu);
      run_.gpus[gpu].name = "NVIDIA H200";
      run_.gpus[gpu].uuid = "GPU-" + std::to_string(gpu);
      series_.push_back({std::make_unique<series::MemorySeries<meter::GpuReading>>(),
                         std::make_unique<series::MemorySeries<meter::PowerSample>>(),
                         std::make_unique<series::MemorySeries<meter::CounterReading>>()});
    }
  }

  record::Progress progress(base::Duration at, std::vector<double> watts) {
    record::Progress now;
    now.readings = readings(at, std::move(watts));
    now.energy = record::EnergyNow{};
    now.energy->gpus = {base::Energy::from_joules(550), base::Energy::from_joules(1100)};
    return now;
  }

  RunLabels run_;
  std::vector<series::GpuSeries> series_;
  base::ClockAnchor anchor_{};
};

TEST_F(Page, BeforeTheFirstReadingItSaysWhatRuns) {
  const MetricsPage page(run_, "region", {0}, anchor_, series_);
  EXPECT_THAT(page.text(), HasSubstr("gpubench_run_info{benchmark=\"train\",gpu_count=\"2\",gpu_name=\"NVIDIA H200\","
                                     "host=\"node\\\"1\",run_id=\"20260101T000000_x\",source=\"nvml\"} 1\n"));
  EXPECT_THAT(page.text(), Not(HasSubstr("gpubench_gpu_power_watts")));
  EXPECT_THAT(page.text(), Not(HasSubstr("gpubench_run_start")));
}

TEST_F(Page, ShowsTheLastIntervalAndWhatTheCountedGpusHaveUsed) {
  MetricsPage page(run_, "region", {1}, anchor_, series_);
  series_[1].counter->append({{}, {}, base::Energy::from_joules(5000)});
  page.show(progress(seconds(10), {100, 200}));
  page.begin(base::SteadyTime(seconds(10)));
  page.show(progress(seconds(15), {110, 220}));
  const std::string text = page.text();
  EXPECT_THAT(
      text,
      HasSubstr(
          "gpubench_gpu_power_watts{gpu=\"0\",gpu_uuid=\"GPU-0\",host=\"node\\\"1\",run_id=\"20260101T000000_x\"} 110\n"));
  EXPECT_THAT(text, HasSubstr("run_id=\"20260101T000000_x\"} 220\n"));
  EXPECT_THAT(text, HasSubstr("gpubench_gpu_energy_joules_total{gpu=\"1\",gpu_uuid=\"GPU-1\",host=\"node\\\"1\",run_id="
                              "\"20260101T000000_x\"} 5000\n"));
  EXPECT_THAT(text, HasSubstr("gpubench_gpu_run_energy_joules_total{gpu=\"1\",gpu_uuid=\"GPU-1\",host=\"node\\\"1\",run_id="
                              "\"20260101T000000_x\"} 1100\n"));
  EXPECT_THAT(text, Not(HasSubstr("gpubench_gpu_run_energy_joules_total{gpu=\"0\"")));  // not the benchmark's
  EXPECT_THAT(
      text,
      HasSubstr(
          "gpubench_run_start_timestamp_seconds{benchmark=\"train\",host=\"node\\\"1\",run_id=\"20260101T000000_x\"} 10\n"));
  EXPECT_THAT(text, Not(HasSubstr("gpubench_run_end")));
  EXPECT_THAT(text, Not(HasSubstr("gpubench_emissions")));
}

TEST_F(Page, CarbonWithItsSource) {
  MetricsPage page(run_, "South England", {0}, anchor_, series_);
  record::Progress now = progress(seconds(10), {100, 200});
  carbon::IntensitySlot slot;
  slot.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(212);
  slot.source = "a service";
  now.carbon = record::CarbonNow{slot, base::Emissions::from_grams(1.5)};
  page.show(now);
  EXPECT_THAT(page.text(),
              HasSubstr("gpubench_carbon_intensity_grams_per_kilowatt_hour{host=\"node\\\"1\",kind=\"forecast\","
                        "region=\"South England\",run_id=\"20260101T000000_x\",source=\"a service\"} 212\n"));
  EXPECT_THAT(page.text(),
              HasSubstr("gpubench_emissions_grams_total{host=\"node\\\"1\",run_id=\"20260101T000000_x\"} 1.5\n"));
}

TEST_F(Page, SmallFiguresKeepTheirDigitsAndReadingsThreeDecimals) {
  MetricsPage page(run_, "South England", {0}, anchor_, series_);
  record::Progress now = progress(seconds(10), {100.00049, 200});
  now.energy->gpus[0] = base::Energy::from_joules(1.00042);
  now.carbon = record::CarbonNow{{}, base::Emissions::from_grams(4.2e-4)};
  page.show(now);
  EXPECT_THAT(page.text(), HasSubstr("run_id=\"20260101T000000_x\"} 100\n"));
  EXPECT_THAT(page.text(), HasSubstr("run_id=\"20260101T000000_x\"} 1.00042\n"));
  EXPECT_THAT(page.text(), HasSubstr("run_id=\"20260101T000000_x\"} 0.00042\n"));
}

}  // namespace
}  // namespace gpubench::exporting
