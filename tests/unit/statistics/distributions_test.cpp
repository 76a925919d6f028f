#include "statistics/distributions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "statistics/power.h"

namespace gpubench::statistics {
namespace {

TEST(Distributions, TheQuantilesOfTheTables) {
  EXPECT_NEAR(t_quantile(0.975, 1), 12.706205, 1e-6);
  EXPECT_NEAR(t_quantile(0.975, 2), 4.302653, 1e-6);
  EXPECT_NEAR(t_quantile(0.975, 3), 3.182446, 1e-6);
  EXPECT_NEAR(t_quantile(0.975, 4), 2.776445, 1e-6);
  EXPECT_NEAR(t_quantile(0.975, 9), 2.262157, 1e-6);
  EXPECT_NEAR(t_quantile(0.975, kKnownExactly), 1.959964, 1e-6);
  EXPECT_NEAR(t_tail(1.959964, kKnownExactly), 0.025, 1e-6);
}

TEST(Distributions, OutsideTheirDomainIsNotANumber) {
  EXPECT_TRUE(std::isnan(t_quantile(0.975, 0)));
  EXPECT_TRUE(std::isnan(t_tail(1, -1)));
}

TEST(Power, OfFivePairs) {
  EXPECT_NEAR(t_power(1.966 * std::sqrt(5.0), 4, 0.05), 0.9000, 1e-4);
}

// In units of the scatter of single pairs.
TEST(Power, TheLeastChangeThatShows) {
  const auto least = [](double pairs) { return least_detectable_effect(pairs - 1) / std::sqrt(pairs); };
  EXPECT_NEAR(least(3), 3.92, 0.005);
  EXPECT_NEAR(least(5), 1.97, 0.005);
  EXPECT_NEAR(least(8), 1.34, 0.005);
  EXPECT_NEAR(least(10), 1.155, 0.005);
  EXPECT_NEAR(least(20), 0.76, 0.005);
}

TEST(Power, PairsNeeded) {
  const auto pairs = [](double change, double variation) { return pairs_to_see(change, std::sqrt(2.0) * variation); };
  EXPECT_EQ(pairs(2, 0.3), 3);
  EXPECT_EQ(pairs(2, 0.5), 4);
  EXPECT_EQ(pairs(2, 1), 8);
  EXPECT_EQ(pairs(2, 2), 24);
  EXPECT_EQ(pairs(1, 0.3), 5);
  EXPECT_EQ(pairs(1, 0.5), 8);
  EXPECT_EQ(pairs(1, 1), 24);
  EXPECT_EQ(pairs(1, 2), 87);
  EXPECT_EQ(pairs(1, 1000), std::nullopt);
}

TEST(Power, PairsToDecideAreMoreThanThereAre) {
  EXPECT_GT(pairs_to_decide(1e9, 1, 5), 5);
  EXPECT_EQ(pairs_to_decide(1e9, 1, 5), 6);
  EXPECT_EQ(pairs_to_decide(0, 1, 5), std::nullopt);
}

}  // namespace
}  // namespace gpubench::statistics
