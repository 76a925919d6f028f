#include "statistics/mean.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "statistics/change.h"
#include "unit/statistics/examples.h"

namespace gpubench::statistics {
namespace {

// NIST StRD: numerical accuracy of univariate summary statistics.
TEST(Sample, NumAcc1AndNumAcc4) {
  const std::array first{10000001., 10000003., 10000002.};
  EXPECT_DOUBLE_EQ(describe(first).mean, 10000002);
  EXPECT_DOUBLE_EQ(describe(first).deviation, 1);
  std::vector<double> fourth{10000000.2};
  for (int i = 0; i < 500; ++i) fourth.insert(fourth.end(), {10000000.1, 10000000.3});
  EXPECT_NEAR(describe(fourth).mean, 10000000.2, 1e-8);
  EXPECT_NEAR(describe(fourth).deviation, 0.1, 1e-8);
}

TEST(Sample, MedianAndEnds) {
  const std::array even{4., 1., 3., 2.};
  EXPECT_EQ(describe(even).median, 2.5);
  EXPECT_EQ(describe(even).least, 1);
  EXPECT_EQ(describe(even).most, 4);
  EXPECT_EQ(describe({}).count, 0U);
}

TEST(Mean, OfFiveRuns) {
  const Mean mean = mean_of(examples::kBase, {});
  EXPECT_DOUBLE_EQ(mean.sample.mean, 3016);
  EXPECT_NEAR(mean.sample.deviation, 6.324555, 1e-6);
  EXPECT_NEAR(mean.half_width(), 7.852973, 1e-6);
  EXPECT_NEAR(mean.half_width() / mean.sample.mean * 100, 0.26038, 1e-5);
}

// Three equal runs claim no exact energy: the meter's own uncertainty is left.
TEST(Mean, TheMeterIsAFloorOfTheScatter) {
  const std::array equal{100., 100., 100.};
  EXPECT_NEAR(mean_of(equal, {.meter = 0.3}).half_width(), 4.302653 * 0.3 / std::sqrt(3.0), 1e-6);
  EXPECT_NEAR(mean_of(equal, {.step = 0.01}).half_width(), 4.302653 * 0.01 / 6, 1e-6);
  EXPECT_EQ(mean_of(equal, {}).half_width(), 0);
}

TEST(Mean, WhatAllRunsShareIsAddedOnce) {
  const Mean mean = mean_of(examples::kBase, {.common = 4});
  EXPECT_NEAR(mean.budget.standard(), std::hypot(6.324555 / std::sqrt(5.0), 4), 1e-6);
}

TEST(Mean, OfOneRunIsTheMeters) {
  const std::array one{3012.};
  EXPECT_DOUBLE_EQ(mean_of(one, {.meter = 3}).half_width(), 6);
}

TEST(Mean, AbsoluteHalfWidth) {
  const Mean mean = mean_of(examples::kBase, {});
  EXPECT_NEAR(absolute_half_width(mean, {{"a", 1}}) / 3016, 0.0578, 1e-4);
  EXPECT_NEAR(absolute_half_width(mean, {{"a", 0.5}, {"b", 0.5}}) / 3016, 0.0409, 1e-4);
}

TEST(Gain, IsOfTheBoardsThatDiffer) {
  EXPECT_NEAR(2 * gain_between({{"a", 1}}, {{"b", 1}}), 0.0816497, 1e-7);
  EXPECT_NEAR(2 * gain_between({{"a", .5}, {"b", .5}}, {{"a", .5}, {"c", .5}}), 0.0408248, 1e-7);
  EXPECT_NEAR(2 * gain_between({{"a", .5}, {"b", .5}}, {{"a", .55}, {"b", .45}}), 0.00408248, 1e-8);
  EXPECT_EQ(gain_between({{"a", 1}}, {{"a", 1}}), 0);
  const double center = std::log(1.02);
  EXPECT_NEAR(std::exp(center - 2 * gain_between({{"a", 1}}, {{"b", 1}})), 1 - 0.0600, 5e-5);
  EXPECT_NEAR(std::exp(center + 2 * gain_between({{"a", 1}}, {{"b", 1}})), 1 + 0.1068, 5e-5);
}

}  // namespace
}  // namespace gpubench::statistics
