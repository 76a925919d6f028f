#include "run/live_plot.h"

#include <gtest/gtest.h>

#include <chrono>

namespace gpubench::run {
namespace {

using namespace std::chrono_literals;

constexpr base::SteadyTime kBegin{1000s};

carbon::IntensitySlot slot(double grams) {
  carbon::IntensitySlot slot;
  slot.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(grams);
  return slot;
}

TEST(LivePlot, StepsGoOnWhileTheIntensityHolds) {
  std::vector<report::IntensityStep> steps;
  for (int i = 0; i < 3; ++i) extend_intensity(steps, slot(100), kBegin - 10min, kBegin + i * 5s);
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].from, kBegin) << "not from before the first reading";
  EXPECT_EQ(steps[0].to, kBegin + 10s);
}

TEST(LivePlot, ANewIntensityBeginsWithItsSlot) {
  std::vector<report::IntensityStep> steps;
  extend_intensity(steps, slot(100), kBegin, kBegin);
  extend_intensity(steps, slot(100), kBegin, kBegin + 20s);
  extend_intensity(steps, slot(150), kBegin + 22s, kBegin + 25s);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].to, kBegin + 22s);
  EXPECT_EQ(steps[1].from, kBegin + 22s);
  EXPECT_EQ(steps[1].to, kBegin + 25s);
}

TEST(LivePlot, AnIntensityThatWasLearntLateBeginsWhereTheLastEnds) {
  std::vector<report::IntensityStep> steps;
  extend_intensity(steps, slot(162), kBegin, kBegin + 5s);
  extend_intensity(steps, slot(90), kBegin - 10min, kBegin + 10s);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].to, kBegin + 5s);
  EXPECT_EQ(steps[1].from, kBegin + 5s);
}

}  // namespace
}  // namespace gpubench::run
