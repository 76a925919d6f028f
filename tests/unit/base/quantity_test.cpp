#include "base/quantity.h"

#include <gtest/gtest.h>

namespace gpubench::base {
namespace {

using namespace std::chrono_literals;

TEST(Quantity, PowerTimesTimeIsEnergy) {
  EXPECT_DOUBLE_EQ((Power::from_watts(700) * Duration(30s)).joules(), 21000);
  EXPECT_DOUBLE_EQ(Energy::from_kilowatt_hours(1).joules(), 3.6e6);
  EXPECT_DOUBLE_EQ((Energy::from_joules(21000) / Duration(30s)).watts(), 700);
}

TEST(Quantity, EnergyTimesIntensityIsEmissions) {
  const auto intensity = CarbonIntensity::from_grams_per_kilowatt_hour(143);
  EXPECT_DOUBLE_EQ((Energy::from_kilowatt_hours(0.00993) * intensity).grams(), 0.00993 * 143);
  EXPECT_DOUBLE_EQ((Emissions::from_grams(10) / Energy::from_kilowatt_hours(0.5)).grams_per_kilowatt_hour(), 20);
}

TEST(Quantity, ArithmeticOfOneKind) {
  Energy sum = Energy::from_joules(1) + Energy::from_joules(2) * 3;
  sum += Energy::from_joules(1);
  sum -= Energy::from_joules(2);
  EXPECT_DOUBLE_EQ(sum.joules(), 6);
  EXPECT_DOUBLE_EQ(sum / Energy::from_joules(3), 2);
  EXPECT_LT(Power::from_milliwatts(999), Power::from_watts(1));
  EXPECT_EQ(Bytes::from_mebibytes(1), Bytes::from_bytes(1048576));
  EXPECT_DOUBLE_EQ(Ratio::from_percent(93).fraction(), 0.93);
  EXPECT_DOUBLE_EQ((-Power::from_watts(2)).watts(), -2);
}

}  // namespace
}  // namespace gpubench::base
