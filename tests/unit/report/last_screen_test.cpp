#include "report/last_screen.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "report/finding_lines.h"
#include "support/contains.h"
#include "support/golden.h"
#include "unit/report/example_run.h"

namespace gpubench::report {
namespace {

using namespace std::chrono_literals;
using support::contains;
using support::expect_golden;

record::EarlierRun earlier_run(double joules) {
  return {"20261121t120000-000000001z-synthetic-regression",
          "2026-11-21 12:00:00",
          31s,
          base::Energy::from_joules(joules),
          base::Energy::from_joules(20),
          true};
}

record::RunRecord several_containers(int count) {
  auto run = example::container_run(2);
  run.benchmark.name = "first + second";
  run.benchmark.score.reset();
  run.benchmark.work.reset();
  for (int i = 0; i < count; ++i) {
    record::PartRecord part;
    part.benchmark = run.benchmark;
    part.benchmark.name = "registry.example/group/image-" + std::to_string(i);
    part.benchmark.exit_code = i == 1 ? 137 : 0;
    part.benchmark.out_of_memory = i == 1;
    if (i != 2) part.ran = run.ran;
    part.energy = base::Energy::from_joules(20811.4);
    part.uncertainty = run.gpus.front().energy.counter->uncertainty;
    run.parts.push_back(part);
  }
  return run;
}

// Golden, and at most a screen.
void expect_screen(const std::string& name, const record::RunRecord& run, const ScreenSetting& setting) {
  const std::string text = last_screen(run, setting);
  EXPECT_LE(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')), setting.lines) << text;
  for (std::string_view rest = text; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    EXPECT_LE(base::columns_of(line), 80) << line;
    rest.remove_prefix(line.size() + 1);
  }
  expect_golden("screen_" + name, text);
}

TEST(LastScreen, OneGpu) {
  expect_screen("one_gpu", example::container_run(1), {"results/run", earlier_run(20000)});
}

TEST(LastScreen, EightGpus) {
  expect_screen("eight_gpus", example::container_run(8), {"results/run", earlier_run(169'290)});
}

TEST(LastScreen, SixteenGpusEachWithFindings) {
  auto run = example::container_run(16);
  for (int gpu = 0; gpu < 16; ++gpu) {
    run.findings.emplace_back(record::PowerGap{gpu, base::Ratio::from_percent(90), 2s});
    run.findings.emplace_back(record::Throttled{gpu, "hardware thermal slowdown", base::Ratio::from_percent(12.5)});
    run.findings.emplace_back(record::ForeignProcess{gpu, "python3 (4711), a-program-with-a-long-name (4712)"});
  }
  for (const char* name : {"one", "two", "three", "four", "five", "six", "seven"})
    run.findings.emplace_back(record::SavedFinding{name, "A finding of another version, " + std::string(name) + "."});
  run.exported = {true, 123'456, 123'456, "http://db:8428", "", 123'456, 0, 0};
  expect_screen("sixteen_gpus", run, {"results/run", earlier_run(300'000)});
}

TEST(LastScreen, Containers) {
  expect_screen("containers", several_containers(3), {"results/run"});
}

TEST(LastScreen, SixteenContainers) {
  expect_screen("sixteen_containers", several_containers(16), {"results/run"});
}

TEST(LastScreen, Failed) {
  auto run = example::failed_run();
  run.findings.emplace_back(record::CarbonFallback{"could not reach api.carbonintensity.org.uk"});
  expect_screen("failed", run, {"results/run", earlier_run(20000), kScreenLines - 8});
}

TEST(LastScreen, Replayed) {
  expect_screen("replayed", example::replayed_command_run(), {"results/run"});
}

TEST(LastScreen, Unsupported) {
  expect_screen("unsupported", example::unsupported_run(), {"results/run"});
}

TEST(LastScreen, ALongPathHasItsOwnLine) {
  const std::string path = "/scratch/" + std::string(100, 'x');
  EXPECT_TRUE(contains(last_screen(example::container_run(1), {path}), "Files\n" + path + "/\n"));
}

TEST(LastScreen, WithoutARunOfAnythingNothingIsInvented) {
  const std::string text = last_screen({}, {"results/run"});
  EXPECT_TRUE(contains(text, "Energy     not available\n"));
  EXPECT_FALSE(contains(text, "nan"));
}

TEST(LastScreen, NoMissingForecastIsSaidTwice) {
  const std::string text = last_screen(example::replayed_command_run(), {"results/run"});
  const auto first = text.find("no forecast");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find("forecast", first + 12), std::string::npos);
}

TEST(LastScreen, APeakBelowTheAverageWasNotSeen) {
  auto run = example::container_run(1);
  EXPECT_TRUE(contains(last_screen(run, {"results/run"}), "at most"));
  run.gpus.front().peak_power = base::Power::from_watts(79);
  EXPECT_FALSE(contains(last_screen(run, {"results/run"}), "at most"));
}

TEST(FindingLines, TheGravestFirstAndAlikeTogether) {
  const std::vector<record::Finding> findings{record::PowerGap{0, base::Ratio::from_percent(90), 2s},
                                              record::PowerGap{1, base::Ratio::from_percent(80), 2s},
                                              record::XidErrors{3, "79"}, record::PlotNotMade{"no gnuplot"}};
  const auto lines = finding_lines(findings, 78, {"plot_not_made"});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], "The driver reported errors on GPU 3 during the run (XID 79)");
  EXPECT_EQ(lines[1], "Power samples of GPU 0 are missing (+1 alike)");
}

TEST(FindingLines, WhatDoesNotFitIsCutAtAWord) {
  EXPECT_EQ(finding_lines({record::SavedFinding{"x", "one two three four"}}, 14, {}).front(), "one two ...");
  EXPECT_EQ(finding_lines({record::SavedFinding{"x", std::string(100, 'y')}}, 10, {}).front().size(), 10U);
}

}  // namespace
}  // namespace gpubench::report
