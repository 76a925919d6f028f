#include "app/live_plot.h"

#include <gtest/gtest.h>

#include <chrono>

namespace gpubench::app {
namespace {

using namespace std::chrono_literals;

constexpr base::SteadyTime kStart{1000s};

carbon::IntensitySlot slot(double grams) {
  carbon::IntensitySlot slot;
  slot.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(grams);
  return slot;
}

TEST(LivePlot, StepsGoOnWhileTheIntensityHolds) {
  std::vector<report::IntensityStep> steps;
  for (int i = 0; i < 3; ++i) extend_intensity(steps, slot(100), kStart - 10min, kStart + i * 5s);
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].from, kStart) << "not from before the first reading";
  EXPECT_EQ(steps[0].to, kStart + 10s);
}

TEST(LivePlot, ANewIntensityBeginsWithItsSlot) {
  std::vector<report::IntensityStep> steps;
  extend_intensity(steps, slot(100), kStart, kStart);
  extend_intensity(steps, slot(100), kStart, kStart + 20s);
  extend_intensity(steps, slot(150), kStart + 22s, kStart + 25s);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].to, kStart + 22s);
  EXPECT_EQ(steps[1].from, kStart + 22s);
  EXPECT_EQ(steps[1].to, kStart + 25s);
}

TEST(LivePlot, AnIntensityThatWasLearntLateBeginsWhereTheLastEnds) {
  std::vector<report::IntensityStep> steps;
  extend_intensity(steps, slot(162), kStart, kStart + 5s);
  extend_intensity(steps, slot(90), kStart - 10min, kStart + 10s);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].to, kStart + 5s);
  EXPECT_EQ(steps[1].from, kStart + 5s);
}

}  // namespace
}  // namespace gpubench::app
