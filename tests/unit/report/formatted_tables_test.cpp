#include "report/formatted_tables.h"

#include <gtest/gtest.h>

#include <string>

#include "support/contains.h"
#include "support/golden.h"
#include "unit/report/example_run.h"

namespace gpubench::report {
namespace {

using support::expect_golden;

using support::contains;

TEST(FormattedTables, OneGpuContainer) {
  expect_golden("one_gpu_container", formatted_tables(example::container_run(1)));
}

TEST(FormattedTables, EightGpus) {
  expect_golden("eight_gpus", formatted_tables(example::container_run(8)));
}

TEST(FormattedTables, ReplayedCommandWithYearlyFactor) {
  expect_golden("replayed_command", formatted_tables(example::replayed_command_run()));
}

TEST(FormattedTables, UnsupportedFields) {
  expect_golden("unsupported", formatted_tables(example::unsupported_run()));
}

TEST(FormattedTables, FailedAndInterrupted) {
  expect_golden("failed", formatted_tables(example::failed_run()));
}

TEST(FormattedTables, UnknownIsNeverZero) {
  const std::string text = formatted_tables(example::unsupported_run());
  EXPECT_FALSE(contains(text, "| 0.0 "));
  EXPECT_FALSE(contains(text, ": 0)"));
}

TEST(FormattedTables, ASmallEnergyIsNotZero) {
  auto run = example::container_run(1);
  run.total_energy = base::Energy::from_joules(3);
  EXPECT_TRUE(contains(formatted_tables(run), "| 0.00000083 "));
}

TEST(FormattedTables, StringsFromOutsideStayInTheirCells) {
  auto run = example::container_run(1);
  run.benchmark.name = "evil\x1b[2J\nimage\xff | x";
  const std::string text = formatted_tables(run);
  EXPECT_TRUE(contains(text, "| evil [2J image\xEF\xBF\xBD | x "));
  EXPECT_FALSE(contains(text, "\x1b"));
}

TEST(FormattedTables, AUnitOfWorkFromOutsideStaysInItsCell) {
  auto run = example::container_run(1);
  run.benchmark.work->unit = "im\x1b[2J\n" + std::string(100, 'a');
  const std::string text = formatted_tables(run);
  EXPECT_TRUE(contains(text, "| Benchmark Work (im [2J aaa"));
  EXPECT_FALSE(contains(text, "\x1b"));
  EXPECT_FALSE(contains(text, std::string(41, 'a')));
}

TEST(FormattedTables, WhatAUnitOfWorkTookIsMarkedInAReplay) {
  auto run = example::replayed_command_run();
  run.benchmark.work = record::Work{1000, "products"};
  const std::string text = formatted_tables(run);
  const auto row = text.find("| Energy per Work (J/products)");
  ASSERT_NE(row, std::string::npos);
  EXPECT_TRUE(contains(text.substr(row, text.find('\n', row) - row), "REPLAY"));
}

TEST(FormattedTables, ManyHalfHoursAreLeftToTheYaml) {
  auto run = example::container_run(1);
  run.emissions->slots.assign(49, run.emissions->slots.front());
  EXPECT_TRUE(contains(formatted_tables(run), "Each of the 49 half-hours is in metrics.yml."));
}

TEST(FormattedTables, ARunWithoutGpusHasTables) {
  auto run = example::container_run(0);
  run.total_energy.reset();
  run.emissions.reset();
  EXPECT_TRUE(contains(formatted_tables(run), "| GPU Name "));
}

TEST(FormattedTables, AStepOfTheClockThatRoundsToNothingHasNoMinus) {
  auto run = example::container_run(1);
  run.sampling.wall_clock_step = -std::chrono::microseconds(20);
  EXPECT_TRUE(contains(formatted_tables(run), "Wall clock against steady clock: +0.0 ms."));
}

}  // namespace
}  // namespace gpubench::report
