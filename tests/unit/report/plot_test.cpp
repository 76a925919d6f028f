#include "report/plot/plot.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "report/plot/gnuplot_script.h"
#include "report/plot/job_plot.h"
#include "support/contains.h"
#include "unit/report/example_run.h"

namespace gpubench::report {
namespace {

using namespace std::chrono_literals;

std::vector<series::GpuSeries> sampled(int gpus, base::Duration length) {
  std::vector<series::GpuSeries> all;
  for (int g = 0; g < gpus; ++g) {
    series::GpuSeries gpu{std::make_unique<series::MemorySeries<meter::GpuReading>>(),
                          std::make_unique<series::MemorySeries<meter::PowerSample>>(), nullptr};
    for (base::Duration at = -2s; at < length + 2s; at += 20ms)
      gpu.power->append({example::kStart + at, base::Power::from_watts(at < 0s ? 75 : 690)});
    for (base::Duration at = -2s; at < length + 2s; at += 1s) {
      meter::GpuReading r;
      r.time = example::kStart + at;
      r.utilization = base::Ratio::from_percent(at < 0s ? 0 : 100);
      r.power = base::Power::from_watts(600);
      r.temperature = base::Temperature::from_celsius(50);
      r.memory_used = base::Bytes::from_mebibytes(6500);
      r.sm_clock = base::Frequency::from_megahertz(1755);
      gpu.readings->append(r);
    }
    all.push_back(std::move(gpu));
  }
  return all;
}

using support::contains;

std::string script_of(const PlotInput& input) {
  return gnuplot_script(input, make_panels(input));
}

std::string file_content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class PlotFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "gpubench-plot-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path directory_;
};

JobPlot plot_of_a_job(double watts) {
  JobPlot plot;
  plot.title = "simulate, job it's-7";
  plot.names = {"n1", "n2"};
  Curve curve{{{0, watts, watts, watts, false}, {5, watts, watts, watts, false}, {10, watts, watts, watts, true}}, false};
  plot.nodes_title = "Power of each node";
  plot.nodes = {curve, curve};
  plot.total = curve;
  plot.total_title = "Power of all nodes";
  plot.elapsed = 10s;
  plot.first_seconds = -0.2;
  plot.last_seconds = 10.2;
  return plot;
}

TEST(JobPlot, NodesHaveNamesAndLargePowerIsInKilowatts) {
  const std::string script = job_plot_script(plot_of_a_job(2500));
  EXPECT_TRUE(contains(script, "'n1'") && contains(script, "'n2'") && contains(script, "job it''s-7"));
  EXPECT_TRUE(contains(script, "'Power of each node (W)'") && contains(script, "'Power of all nodes (W)'"));
  EXPECT_TRUE(contains(job_plot_script(plot_of_a_job(25'000)), "'Power of all nodes (kW)'"));
  JobPlot one = plot_of_a_job(2500);
  one.total = {};
  EXPECT_FALSE(contains(job_plot_script(one), "Power of all nodes"));
}

TEST_F(PlotFile, AJobIsDrawn) {
  const auto path = directory_ / "metrics_plot.png";
  const auto drawn = write_job_plot(path, plot_of_a_job(25'000), PlotFormat::png);
  ASSERT_TRUE(drawn) << drawn.error().message;
  EXPECT_TRUE(file_content(path).starts_with("\x89PNG"));
}

TEST(PlotPanels, LimitsTitlesAndRanges) {
  const auto run = example::container_run(1);
  const auto series = sampled(1, 30s);
  const Panels panels = make_panels(plot_input(run, series));
  ASSERT_EQ(panels.panels.size(), 6U);
  const Panel& power = panels.panels[0];
  EXPECT_EQ(power.title, "Power (W), total energy 20.811 kJ (0.0057809 kWh)");
  ASSERT_EQ(power.limits.size(), 1U);
  EXPECT_EQ(power.limits[0].label, "limit 700 W");
  EXPECT_GT(power.high, 700);
  EXPECT_EQ(panels.panels[2].limits.size(), 2U);
  EXPECT_EQ(panels.panels[3].note, "total 140.4 GiB is above this scale");
  EXPECT_FALSE(panels.panels[4].is_empty());
  EXPECT_TRUE(panels.panels[5].is_empty()) << "no memory clock was read";
  EXPECT_EQ(panels.time.label, "Time since start (s)");
  EXPECT_FALSE(panels.average_power);
}

TEST(PlotScript, ARunUnderWayHasNoEnd) {
  const auto run = example::container_run(1);
  const auto series = sampled(1, 30s);
  PlotInput input = plot_input(run, series);
  EXPECT_TRUE(contains(script_of(input), "set label 'end' at"));
  input.under_way = true;
  EXPECT_TRUE(contains(script_of(input), "set label 'start' at"));
  EXPECT_FALSE(contains(script_of(input), "set label 'end' at"));
}

TEST(PlotPanels, WithoutPowerSamplesTheAverageStandsIn) {
  const auto run = example::container_run(1);
  auto series = sampled(1, 30s);
  series[0].power = std::make_unique<series::MemorySeries<meter::PowerSample>>();
  const Panels panels = make_panels(plot_input(run, series));
  EXPECT_TRUE(panels.average_power);
  EXPECT_DOUBLE_EQ(panels.panels[0].curves[0].points[0].mean, 600);
}

TEST(PlotPanels, DifferentLimitsAreDifferentLines) {
  auto run = example::container_run(3);
  run.gpus[1].gpu.power_limit = base::Power::from_watts(500);
  run.gpus[2].gpu.power_limit.reset();
  const auto series = sampled(3, 5s);
  EXPECT_EQ(make_panels(plot_input(run, series)).panels[0].limits.size(), 2U);
}

TEST(PlotPanels, TimeUnitsGrowWithTheRun) {
  auto run = example::container_run(1);
  run.ran.end = run.ran.start + 20min;
  const auto series = sampled(1, 5s);
  EXPECT_EQ(make_panels(plot_input(run, series)).time.label, "Time since start (min)");
  run.ran.end = run.ran.start + 24h;
  const TimeAxis axis = make_panels(plot_input(run, series)).time;
  EXPECT_EQ(axis.label, "Time since start (h)");
  EXPECT_DOUBLE_EQ(axis.tick, 3);
}

TEST(PlotScript, TheGridsIntensityLiesUnderThePower) {
  auto run = example::container_run(1);
  const auto series = sampled(1, 30s);
  ASSERT_TRUE(run.emissions);
  const std::string script = script_of(plot_input(run, series));
  EXPECT_TRUE(contains(script, "$Intensity using 1:2 axes x1y2"));
  EXPECT_EQ(script.find("$Intensity using"), script.rfind("$Intensity using")) << "in the power panel alone";
  run.emissions.reset();
  EXPECT_FALSE(contains(script_of(plot_input(run, series)), "$Intensity"));
}

TEST(PlotScript, AReplayAndAYearlyFactorAreSaid) {
  const auto run = example::replayed_command_run();
  const auto series = sampled(1, 30s);
  const std::string script = script_of(plot_input(run, series));
  EXPECT_TRUE(contains(script, "'REPLAY - not a measurement'"));
  EXPECT_TRUE(contains(script, "(yearly factor)"));
  EXPECT_FALSE(contains(script_of(plot_input(example::container_run(1), series)), "REPLAY"));
}

TEST(PlotScript, StringsFromOutsideAreOnlyStrings) {
  EXPECT_EQ(gnuplot_quoted("it's `id` \"x\" @a\nsystem 'x'"), "'it''s `id` \"x\" @a system ''x'''");
  EXPECT_EQ(gnuplot_quoted("\xff"), "'\xEF\xBF\xBD'");
}

TEST(PlotScript, OneLegendEntryForEachGpu) {
  const auto run = example::container_run(16);
  const auto series = sampled(16, 5s);
  const std::string script = script_of(plot_input(run, series));
  for (int gpu = 0; gpu < 16; ++gpu) EXPECT_TRUE(contains(script, "'GPU " + std::to_string(gpu) + "' at screen")) << gpu;
}

TEST(PlotPanels, ThrottlingIsMarkedUnderTheClock) {
  const auto run = example::container_run(2);
  auto series = sampled(2, 30s);
  for (int second = 40; second < 50; ++second) {
    meter::GpuReading reading;
    reading.time = example::kStart + std::chrono::seconds(second);
    reading.sm_clock = base::Frequency::from_megahertz(1200);
    using Reasons = meter::ThrottleReasons;
    reading.throttle_reasons = Reasons{second < 45 ? Reasons::software_power_cap : Reasons::hardware_thermal};
    series[1].readings->append(reading);
  }
  const PlotInput input = plot_input(run, series);
  const Panels panels = make_panels(input);
  const auto& phases = panels.panels[4].phases;
  ASSERT_EQ(phases.size(), 2U);
  EXPECT_EQ(phases[0].gpu, 1U);
  EXPECT_FALSE(phases[0].slowdown);
  EXPECT_NEAR(phases[0].from_seconds, 40, 0.2);
  EXPECT_NEAR(phases[0].to_seconds, 44, 0.2);
  EXPECT_TRUE(phases[1].slowdown);
  EXPECT_NEAR(phases[1].to_seconds, 49, 0.2);
  EXPECT_LT(panels.panels[4].low, 0);
  const std::string script = gnuplot_script(input, panels);
  EXPECT_TRUE(contains(script, "'throttled by the power cap'"));
  EXPECT_TRUE(contains(script, "'by heat or hardware'"));
}

TEST(PlotPanels, WhatTheGpuWasDoingLiesWithinItsUtilisation) {
  const auto run = example::container_run(1);
  auto series = sampled(1, 30s);
  EXPECT_TRUE(make_panels(plot_input(run, series)).panels[1].parts.empty()) << "this board reports none";
  for (int second = 40; second < 50; ++second) {
    meter::GpuReading reading;
    reading.time = example::kStart + std::chrono::seconds(second);
    reading.activity.sm = base::Ratio::from_fraction(0.9);
    if (second % 2 == 0) reading.activity.tensor = base::Ratio::from_fraction(0.7);
    series[0].readings->append(reading);
  }
  const PlotInput input = plot_input(run, series);
  const Panels panels = make_panels(input);
  const auto& parts = panels.panels[1].parts;
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_DOUBLE_EQ(parts[0].curve.points.back().mean, 90);
  EXPECT_FALSE(parts[1].curve.points.back().after_gap) << "not every reading has it";
  const std::string script = gnuplot_script(input, panels);
  EXPECT_TRUE(contains(script, "'dashed: SM,  dotted: tensor'"));
  EXPECT_TRUE(contains(script, "$P1S1 using 1:3 with lines"));
}

TEST(PlotScript, EnergyHasItsInterval) {
  const auto series = sampled(1, 5s);
  EXPECT_TRUE(contains(plot_input(example::container_run(1), series).subtitle, "0.00578 \u00b1 0.00033 kWh"))
      << plot_input(example::container_run(1), series).subtitle;
}

TEST_F(PlotFile, EachFormatIsWhole) {
  const auto run = example::container_run(2);
  const auto series = sampled(2, 5s);
  for (const auto& [format, begin] :
       {std::pair(PlotFormat::svg, "<?xml"), std::pair(PlotFormat::pdf, "%PDF"), std::pair(PlotFormat::png, "\x89PNG")}) {
    const auto path = directory_ / plot_file_name(format);
    const auto result = write_plot(path, plot_input(run, series), format);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(file_content(path).starts_with(begin));
  }
}

TEST_F(PlotFile, IsAPngAndNothingElseIsLeft) {
  const auto run = example::container_run(2);
  const auto series = sampled(2, 30s);
  const auto path = directory_ / "metrics_plot.png";
  const auto result = write_plot(path, plot_input(run, series));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(file_content(path).substr(0, 4), "\x89PNG");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), std::filesystem::directory_iterator()), 1);
}

TEST_F(PlotFile, HostileNamesRunNothing) {
  auto run = example::container_run(1);
  const auto mark = directory_ / "mark";
  run.benchmark.name = "x'; system 'touch " + mark.string() + "'; y=`touch " + mark.string() + "` \\n\n{/Bold";
  run.gpus[0].gpu.name = run.benchmark.name;
  const auto series = sampled(1, 5s);
  const auto result = write_plot(directory_ / "p.png", plot_input(run, series));
  EXPECT_TRUE(result) << result.error().message;
  EXPECT_FALSE(std::filesystem::exists(mark));
}

TEST_F(PlotFile, NoSamplesIsStillAPicture) {
  const std::vector<series::GpuSeries> series(1);
  auto run = example::unsupported_run();
  run.gpus.resize(1);
  const auto result = write_plot(directory_ / "p.png", plot_input(run, series));
  EXPECT_TRUE(result) << result.error().message;
  PlotInput early;
  early.title = "before the first reading";
  early.series = &series;
  EXPECT_TRUE(write_plot(directory_ / "q.png", early));
}

TEST_F(PlotFile, WithoutGnuplotTheErrorNamesThePackage) {
  const std::string path_before = std::getenv("PATH");
  setenv("PATH", directory_.c_str(), 1);
  const auto run = example::container_run(1);
  const auto series = sampled(1, 5s);
  const auto result = write_plot(directory_ / "p.png", plot_input(run, series));
  setenv("PATH", path_before.c_str(), 1);
  ASSERT_FALSE(result);
  EXPECT_TRUE(contains(result.error().message, "gnuplot was not found"));
  EXPECT_TRUE(contains(result.error().remedy, "gnuplot-nox"));
}

TEST_F(PlotFile, AnUnwritableDirectoryIsAnError) {
  const auto run = example::container_run(1);
  const auto series = sampled(1, 5s);
  EXPECT_FALSE(write_plot(directory_ / "missing" / "p.png", plot_input(run, series)));
}

}  // namespace
}  // namespace gpubench::report
