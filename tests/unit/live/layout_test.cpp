#include "live/layout.h"

#include <gtest/gtest.h>

#include "support/contains.h"
#include "support/golden.h"
#include "unit/live/example_state.h"

namespace gpubench::live {
namespace {

using namespace std::chrono_literals;
using support::expect_golden;

std::string screen_of(const ViewState& state, platform::TerminalSize size, bool utf8 = true) {
  return draw(state, size, example::kStart + 61s, utf8).text();
}

using support::contains;

TEST(Layout, OneGpuOnASmallTerminal) {
  expect_golden("live_80x24_1", screen_of(example::running(1, 60), {80, 24}));
}
TEST(Layout, EightGpusOnASmallTerminal) {
  expect_golden("live_80x24_8", screen_of(example::running(8, 60), {80, 24}));
}
TEST(Layout, SixteenGpusOnASmallTerminal) {
  expect_golden("live_80x24_16", screen_of(example::running(16, 60), {80, 24}));
}
TEST(Layout, OneGpuOnATerminalOf120Columns) {
  expect_golden("live_120x40_1", screen_of(example::running(1, 60), {120, 40}));
}
TEST(Layout, TwoGpusOnATerminalOf120Columns) {
  expect_golden("live_120x40_2_ascii", screen_of(example::running(2, 60), {120, 40}, false));
}
TEST(Layout, OneGpuOnALargeTerminal) {
  expect_golden("live_200x60_1", screen_of(example::running(1, 60), {200, 60}));
}
TEST(Layout, EightGpusOnALargeTerminal) {
  expect_golden("live_200x60_8", screen_of(example::running(8, 60), {200, 60}));
}
TEST(Layout, SixteenGpusOnTheLargestTerminal) {
  expect_golden("live_300x100_16", screen_of(example::running(16, 60), {300, 100}));
}
TEST(Layout, WithoutUtf8) {
  const std::string text = screen_of(example::running(2, 60), {80, 24}, false);
  EXPECT_EQ(std::count_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 126; }), 0);
  expect_golden("live_80x24_2_ascii", text);
}
TEST(Layout, BeforeTheFirstReading) {
  expect_golden("live_80x24_before", screen_of(ViewState(example::gpus(1), {0}, "sleep", "REPLAY"), {80, 24}));
}
TEST(Layout, TheDateGivesWayToTheName) {
  const std::string text = screen_of(ViewState(example::gpus(1), {0}, "synthetic_regression", "REPLAY"), {80, 24});
  EXPECT_TRUE(contains(text, "synthetic_regression    before the start  12:06:13 UTC\n")) << text;
}
TEST(Layout, Help) {
  ViewState state = example::running(2, 3);
  state.press(Key::help, 1);
  expect_golden("live_80x24_help", screen_of(state, {80, 24}));
}

// Whatever the size, nothing is written outside, and the footer is the last row.
TEST(Layout, EverySizeIsDrawn) {
  for (const int gpus : {0, 1, 2, 5, 8, 16})
    for (const int columns : {1, 20, 79, 80, 133, 300})
      for (const int rows : {1, 2, 3, 5, 10, 24, 100}) {
        const ViewState state = example::running(gpus, 2);
        const std::string text = screen_of(state, {columns, rows});
        EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), rows) << gpus << " GPUs, " << columns << "x" << rows;
      }
}

TEST(Layout, EveryGpuCanBeReached) {
  ViewState state = example::running(16, 3);
  EXPECT_TRUE(contains(screen_of(state, {80, 16}), "Tab: 1 to"));
  state.press(Key::pane, 1);
  state.press(Key::last, 1);
  EXPECT_TRUE(contains(screen_of(state, {80, 16}), "to 16 of 16"));
  EXPECT_TRUE(contains(screen_of(state, {80, 16}), "\n 15 "));
}

TEST(Layout, MissingValuesAreNotZero) {
  ViewState state(example::gpus(1), {0}, "x", "");
  record::Progress progress = example::progress(1, 0);
  progress.readings[0] = {};
  progress.readings[0].temperature = meter::absent(meter::Absent::failed);
  state.take(progress);
  const std::string text = screen_of(state, {80, 24});
  EXPECT_TRUE(contains(text, "n/s/700 W")) << text;
  EXPECT_TRUE(contains(text, "failed/87 °C")) << text;
  EXPECT_TRUE(contains(text, "power not known")) << text;
  EXPECT_FALSE(contains(text, " 0 W"));
}

TEST(Layout, ALostGpuIsSaid) {
  ViewState state(example::gpus(1), {0}, "x", "");
  record::Progress progress = example::progress(1, 0);
  progress.readings[0].power = meter::absent(meter::Absent::gpu_lost);
  state.take(progress);
  EXPECT_TRUE(contains(screen_of(state, {80, 24}), "! GPU LOST"));
}

TEST(Layout, ALogReadBackwardsStaysWhereItIs) {
  ViewState state = example::running(1, 60);
  state.press(Key::page_up, log_page(state, {80, 24}));
  const std::string before = screen_of(state, {80, 24});
  EXPECT_TRUE(contains(before, "11 lines below")) << before;
  state.take_log("more\nand more\n", example::kStart);
  const std::string after = screen_of(state, {80, 24});
  EXPECT_EQ(before.substr(before.find("\nEpoch")), after.substr(after.find("\nEpoch")));
  state.press(Key::first, 1);
  EXPECT_TRUE(contains(screen_of(state, {80, 24}), "\nEpoch 1/100"));
  state.press(Key::last, 1);
  EXPECT_TRUE(contains(screen_of(state, {80, 24}), "\nand more"));
}

TEST(Layout, OnlyTheBenchmarksGpusAreInTheTotals) {
  ViewState state(example::gpus(2), {1}, "x", "");
  record::Progress progress = example::progress(2, 10);
  progress.energy->gpus = {base::Energy::from_joules(7000), base::Energy::from_joules(3600)};
  progress.readings[1].power = base::Power::from_watts(333);
  state.take(progress);
  const std::string text = screen_of(state, {80, 24});
  EXPECT_TRUE(contains(text, "power 333 W")) << text;
  EXPECT_TRUE(contains(text, "mean 360 W  energy 0.00100 kWh")) << text;
  EXPECT_TRUE(contains(text, "not counted")) << text;
}

TEST(Layout, EnergyThatIsNotKnownIsNotZero) {
  ViewState state(example::gpus(2), {0, 1}, "x", "");
  record::Progress progress = example::progress(2, 10);
  progress.energy->gpus[1].reset();
  state.take(progress);
  EXPECT_TRUE(contains(screen_of(state, {80, 24}), "energy not known"));
}

TEST(Layout, PhasesStandBelowTheCurves) {
  ViewState state(example::gpus(1), {0}, "synthetic_regression", "");
  for (int second = 0; second < 60; ++second) {
    record::Progress progress = example::progress(1, second);
    if (second >= 10)
      progress.phase =
          record::PhaseNow{second < 40 ? "load data" : "train", std::chrono::seconds(second - (second < 40 ? 10 : 40))};
    state.take(progress);
  }
  const std::string text = screen_of(state, {120, 40});
  EXPECT_TRUE(contains(text, "  phase ")) << text;
  EXPECT_TRUE(contains(text, "\u258fload data    ")) << text;
  EXPECT_TRUE(contains(text, " \u258ftrain\n")) << text;
  EXPECT_TRUE(contains(text, "limit 700 W")) << text;
}

record::Progress with_activity(record::Progress progress) {
  for (meter::GpuReading& reading : progress.readings) {
    reading.activity.sm = base::Ratio::from_fraction(0.949);
    reading.activity.tensor = base::Ratio::from_fraction(0.921);
    reading.activity.memory = base::Ratio::from_fraction(0.169);
  }
  return progress;
}

TEST(Layout, WhatTheGpuWasDoingHasARowWhereThereIsRoom) {
  ViewState state(example::gpus(1), {0}, "x", "");
  state.take(with_activity(example::progress(1, 10)));
  state.take(example::progress(1, 11));  // in quick succession readings lack it
  for (const platform::TerminalSize size : {platform::TerminalSize{80, 24}, platform::TerminalSize{120, 40}}) {
    const std::string text = screen_of(state, size);
    EXPECT_TRUE(contains(text, "activity    SM 95 %, tensor 92 %, memory 17 %")) << text;
    EXPECT_TRUE(contains(text, "mem clock")) << text;
  }
  ViewState many(example::gpus(16), example::all_of(16), "x", "");
  many.take(with_activity(example::progress(16, 10)));
  EXPECT_FALSE(contains(screen_of(many, {80, 24}), "activity"));
}

TEST(Layout, OfALongLineTheRestCanBeReached) {
  ViewState state = example::running(1, 3);
  state.take_log(std::string(75, '.') + "the end of the line\n", example::kStart);
  EXPECT_TRUE(contains(screen_of(state, {80, 24}), "....the \u203a\n")) << screen_of(state, {80, 24});
  EXPECT_FALSE(contains(screen_of(state, {80, 24}), "end of the line"));
  state.press(Key::right, 1);
  EXPECT_TRUE(contains(screen_of(state, {80, 24}), "...the end of the line\n"));
  EXPECT_TRUE(contains(screen_of(state, {80, 24}), "from column 21"));
  state.press(Key::left, 1);
  EXPECT_TRUE(contains(screen_of(state, {80, 24}), "\u203a\n"));
}

TEST(Layout, TheTimeLeftIsThatOfTheLastRunWhereTheLogSaysNothing) {
  ViewState state(example::gpus(1), {0}, "x", "");
  state.expect(100s);
  EXPECT_FALSE(contains(screen_of(state, {80, 24}), "last run"));
  state.start(example::kStart);
  EXPECT_TRUE(contains(screen_of(state, {80, 24}), "took 0:01:40, so about 0:00:39 left")) << screen_of(state, {80, 24});
  state.expect(60s);
  EXPECT_TRUE(contains(screen_of(state, {80, 24}), "took 0:01:00; this one is longer"));
}

TEST(Layout, ThePaneOfTheGpusIsMarkedWhereAllFit) {
  ViewState state = example::running(1, 3);
  state.press(Key::pane, 1);
  EXPECT_TRUE(contains(screen_of(state, {80, 24}), " > GPU 0"));
}

}  // namespace
}  // namespace gpubench::live
